"""The further outputs of a discriminator that a loss needs."""

from typing import Any

import torch

from ganzoo import Scores, UsageError


def check(game: Any, loss: str, names: tuple[str, ...], example: str) -> None:
    """Raises UsageError for data without labels, and for a game whose discriminator does not give
    the further outputs of these names, one row for each sample. ``example``: a discriminator that
    gives them. A few samples are scored to find out; nothing in the game changes."""
    if not game.spec.classes:
        raise UsageError(
            f"The loss {loss!r} needs labels, and this data has none: choose a labelled dataset, "
            "or leave the loss out"
        )
    training = game.training
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        game.eval()
        try:
            samples = game.generate(game.noise(2 * game.joined, seed=0))
            y = torch.zeros(len(samples), dtype=torch.long, device=samples.x.device)
            scores = game.score(samples.replace(y=y))
        except UsageError:
            return  # the samples of this game need more than noise and labels
        finally:
            game.train(training)
    given(scores, loss, names, example)


def given(scores: Scores, loss: str, names: tuple[str, ...], example: str) -> None:
    """Raises UsageError if the discriminator did not give the further outputs of these names, or
    not one row of them for each sample."""
    for name in names:
        if name not in scores.aux:
            raise UsageError(
                f"The loss {loss!r} needs a discriminator with the further output {name!r}: choose "
                f"{example}, or leave the loss out"
            )
        rows, samples = len(scores.aux[name]), len(scores.batch)
        if rows != samples:
            raise UsageError(
                f"The loss {loss!r} compares the output {name!r} with the label of each sample, "
                f"and the discriminator gave {rows} rows for {samples} samples: leave out the "
                "augmentation that joins samples, such as 'pack', or the loss"
            )
