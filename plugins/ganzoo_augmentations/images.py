"""The base of augmentations that are for images alone."""

from typing import Any

from ganzoo import Augmentation, Spec, UsageError


def incoming_spec(game: Any, augmentation: Augmentation) -> Spec:
    """The spec of the samples that an augmentation of the game takes, after those before it."""
    spec: Spec = game.spec
    for each in game.augmentations:
        if each is augmentation:
            break
        spec = each.d_spec(spec)
    return spec


class ImageAugmentation(Augmentation):
    """An augmentation of images. spec: of the images that it takes, known once the game is whole.

    label: the name that it is registered by, for sentences.
    """

    label: str
    spec: Spec

    def check(self, game: Any) -> None:
        self.spec = incoming_spec(game, self)
        if not (self.spec.image and self.spec.bounded):
            raise UsageError(
                f"The augmentation {self.label!r} is for images of a known range, and a sample "
                f"here has the shape {self.spec.shape} and lies in [{self.spec.low:g}, "
                f"{self.spec.high:g}]: leave it out, or choose a dataset of images"
            )
        for each in game.augmentations:
            if each is self:
                break
            if each.d_spec(game.spec).shape != game.spec.shape:
                raise UsageError(
                    f"The augmentation {self.label!r} must come before one that joins images: "
                    "name it first"
                )
