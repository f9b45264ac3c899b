"""The further outputs of a discriminator that a loss on labels reads."""

from typing import Any

from ganzoo import UsageError


def check(game: Any, loss: str, names: tuple[str, ...], example: str) -> None:
    """Raises UsageError for data without labels, for a game whose discriminator does not give the
    further outputs of these names, and for an augmentation that joins samples of several labels.
    ``example``: a discriminator that gives the outputs."""
    if not game.spec.classes:
        raise UsageError(
            f"The loss {loss!r} needs labels, and this data has none: choose a labelled dataset, "
            "or leave the loss out"
        )
    game.require_outputs(f"The loss {loss!r}", names, f"{example}, or leave the loss out")
    for augmentation in game.augmentations:
        if augmentation.joins > 1:
            raise UsageError(
                f"The loss {loss!r} compares the output {names[0]!r} with the label of each "
                f"sample, and the augmentation {type(augmentation).__name__} joins "
                f"{augmentation.joins} samples to one: leave out the augmentation, or the loss"
            )


def check_fakes(game: Any, loss: str) -> None:
    """Raises UsageError for a game whose fakes are not made for their labels."""
    if not game.conditional:
        raise UsageError(
            f"The loss {loss!r} compares fakes with the labels that they were made for, and this "
            "generator takes no label: choose a recipe with labels, such as acgan, add the game "
            "concatenated-labels, or leave the loss out"
        )
