"""Differentiable augmentation (arXiv:2006.10738)."""

from typing import Literal

import torch
from torch import Tensor

from ganzoo import Batch, Share
from ganzoo_augmentations.images import ImageAugmentation

Policy = Literal["color", "translation", "cutout"]


class DiffAugment(ImageAugmentation):
    """Random changes of every real and every fake image, through which gradients reach G:
    x (N, C, H, W) to (N, C, H, W) (arXiv:2006.10738, section 3.3, equations 4 and 5).

    Colour: brightness is moved by up to a quarter of the range, saturation scaled by 0 to 2,
    contrast by 1/2 to 3/2. Saturation leaves gray images as they are. Values may leave the range,
    as in the authors' code. Pixels that translation or cutout leaves empty take the middle of the
    range.

    Args:
        policy: the changes, in the order in which they are made.
        translation: the greatest shift, as a share of the side.
        cutout: the side of the square that is cut out, as a share of the image's side. The square's
            centre may lie anywhere in the image.
    """

    label = "diffaugment"

    def __init__(
        self,
        policy: tuple[Policy, ...] = ("color", "translation", "cutout"),
        translation: Share = 0.125,
        cutout: Share = 0.5,
    ) -> None:
        super().__init__()
        self.policy, self.translation, self.cutout = policy, translation, cutout

    def forward(self, batch: Batch) -> Batch:
        x = self.spec.centred(batch.x)  # in [-1, 1], as in the authors' code
        for change in self.policy:
            if change == "color":
                x = color(x)
            elif change == "translation":
                x = translated(x, self.translation)
            else:
                x = cut_out(x, self.cutout)
        return batch.replace(x=self.spec.ranged(x))


def color(x: Tensor) -> Tensor:
    """Brightness, saturation and contrast of images in [-1, 1], at random for each image."""
    brightness, saturation, contrast = torch.rand(3, len(x), 1, 1, 1, device=x.device)
    x = x + (brightness - 0.5)
    gray = x.mean(1, keepdim=True)
    x = gray + (x - gray) * (2 * saturation)
    mean = x.mean((1, 2, 3), keepdim=True)
    return mean + (x - mean) * (contrast + 0.5)


def translated(x: Tensor, share: float) -> Tensor:
    """Each image shifted along both sides by up to ``share`` of the side; empty pixels are 0."""
    for axis in (2, 3):
        side = x.shape[axis]
        most = int(side * share + 0.5)
        shift = torch.randint(-most, most + 1, (len(x), 1), device=x.device)
        x = _shifted(x, shift, axis)
    return x


def _shifted(x: Tensor, shift: Tensor, axis: int) -> Tensor:
    """x[i + shift] along the axis; shift (N, 1)."""
    side = x.shape[axis]
    wanted = torch.arange(side, device=x.device) + shift  # (N, side)
    shape = [len(x), 1, 1, 1]
    shape[axis] = side
    inside = ((wanted >= 0) & (wanted < side)).reshape(shape)
    index = wanted.clamp(0, side - 1).reshape(shape).expand_as(x)
    return x.gather(axis, index) * inside


def cut_out(x: Tensor, share: float) -> Tensor:
    """Each image with zeros in a rectangle, ``share`` of the image's sides, centred at random."""
    hole = torch.ones(1, dtype=torch.bool, device=x.device)
    for axis in (2, 3):
        side = x.shape[axis]
        length = int(side * share + 0.5)
        centre = torch.randint(0, side + (1 - length % 2), (len(x), 1), device=x.device)
        start = centre - length // 2
        place = torch.arange(side, device=x.device)
        shape = [len(x), 1, 1, 1]
        shape[axis] = side
        hole = hole & ((place >= start) & (place < start + length)).reshape(shape)
    return x * ~hole
