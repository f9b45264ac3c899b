"""Small affine changes of images."""

import math
from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Batch, Share, Weight
from ganzoo_augmentations.images import ImageAugmentation
from ganzoo_augmentations.positions import resampled

Degrees = Annotated[float, Meta(ge=0, le=180)]


class SmallAffine(ImageAugmentation):
    """Small rotations, scalings, shears and translations of every real and every fake image, each
    uniform in its range: x (N, C, H, W) to (N, C, H, W). Positions outside of an image are
    reflected at its edges.

    They change neither the class of an object nor of a digit, so what D computes comes to depend on
    the class more than on the position.

    Args:
        degrees: the greatest angle of a rotation to either side.
        scale: the greatest absolute value of the logarithm of a scaling of each side.
        shear: the greatest shift of a row, as a share of its distance from the middle row.
        translation: the greatest shift along each side, as a share of the side.
        p: the share of the images that are changed.
    """

    label = "small-affine"

    def __init__(
        self,
        degrees: Degrees = 15.0,
        scale: Weight = 0.1,
        shear: Weight = 0.2,
        translation: Share = 0.07,
        p: Share = 1.0,
    ) -> None:
        super().__init__()
        self.degrees, self.scale, self.shear = degrees, scale, shear
        self.translation, self.p = translation, p

    def forward(self, batch: Batch) -> Batch:
        x = batch.tensor("x")
        return batch.replace(x=resampled(x, *self._origins(x)))

    def _origins(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """The source position of each pixel: columns and rows, (N, H, W), from the centre."""
        height, width = x.shape[2:]
        draws = torch.rand(6, len(x), 1, 1, device=x.device) * 2 - 1
        draws = draws * (torch.rand(len(x), 1, 1, device=x.device) < self.p)
        angle = draws[0] * math.radians(self.degrees)
        v, u = torch.meshgrid(
            torch.arange(height, device=x.device) - (height - 1) / 2,
            torch.arange(width, device=x.device) - (width - 1) / 2,
            indexing="ij",
        )
        u = (u - draws[1] * self.translation * width) * (draws[2] * self.scale).exp()
        v = (v - draws[3] * self.translation * height) * (draws[4] * self.scale).exp()
        u = u + draws[5] * self.shear * v
        return angle.cos() * u - angle.sin() * v, angle.sin() * u + angle.cos() * v
