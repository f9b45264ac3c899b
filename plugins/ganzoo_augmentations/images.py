"""The base class of augmentations for images only."""

from typing import Any

from ganzoo import Augmentation, Spec, UsageError


def incoming_spec(game: Any, augmentation: Augmentation) -> Spec:
    """The spec of the samples that reach ``augmentation``, after the augmentations before it."""
    spec: Spec = game.spec
    for earlier in game.augmentations:
        if earlier is augmentation:
            break
        spec = earlier.d_spec(spec)
    return spec


class ImageAugmentation(Augmentation):
    """An augmentation of images.

    label: its registered name, for messages. spec: the spec of its input, set by ``check``.
    """

    label: str
    spec: Spec

    def check(self, game: Any) -> None:
        self.spec = incoming_spec(game, self)
        if not (self.spec.image and self.spec.bounded):
            raise UsageError(
                f"The augmentation {self.label!r} is for images of a known range, and a sample "
                f"here has the shape {self.spec.shape} and the range [{self.spec.low:g}, "
                f"{self.spec.high:g}]: leave it out, or choose a dataset of images"
            )
        for earlier in game.augmentations:
            if earlier is self:
                break
            if earlier.joins > 1:
                raise UsageError(
                    f"The augmentation {self.label!r} must come before an augmentation that joins "
                    "images: name it first"
                )
