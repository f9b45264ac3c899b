"""The maps of a network for images, whose sides are halved from level to level: their sizes, their
channels, and the layers between two levels. Free of torch until a layer is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from torch import nn

Size = tuple[int, int]  # height and width

_LAST = 7  # pixels: the most of the shorter side of the smallest image in a pyramid
_PERCEPTRONS = "--generator mlp --discriminator mlp"


def sizes(shape: tuple[int, ...]) -> tuple[Size, ...]:
    """The sizes of a sample of that shape, as in ``Spec.pyramid``. Raises UsageError for vectors,
    and for images with a side below 8 pixels."""
    if len(shape) != 3:
        raise UsageError(
            f"This network is for images, not for samples of shape {shape}: choose "
            f"another, for one with {_PERCEPTRONS}"
        )
    height, width = shape[1:]
    if min(height, width) <= _LAST:
        raise UsageError(
            f"This network is for images of {_LAST + 1} pixels or more on each side, not of "
            f"{height}x{width}: resize them, those of a folder with `--set dataset.size="
            f"{_enlarged(height, width)}`, or choose another, for one with {_PERCEPTRONS}"
        )
    levels = [(height, width)]
    while min(levels[-1]) > _LAST:
        levels.append((levels[-1][0] // 2, levels[-1][1] // 2))
    return tuple(levels)


def level_widths(levels: int, width: int, most: int | None = None, growth: int = 2) -> list[int]:
    """The channels of the maps of each level, the largest map first: ``width``, and ``growth``
    times as many at each further level, but never more than ``most``."""
    channels = [width * growth**level for level in range(levels)]
    return channels if most is None else [min(few, most) for few in channels]


def halving(size: Size) -> nn.AvgPool2d:
    """A layer of means: (N, C, *size) to (N, C, size[0] // 2, size[1] // 2). A side of an odd
    number of pixels is halved by windows of 3 pixels, which overlap: no pixel is left out."""
    from torch import nn

    return nn.AvgPool2d((2 + size[0] % 2, 2 + size[1] % 2), 2)


def doubling(inputs: int, outputs: int, size: Size, *, bias: bool = True) -> nn.ConvTranspose2d:
    """A transposed convolution of 4 x 4 weights and stride 2: (N, inputs, size[0] // 2, size[1] //
    2) to (N, outputs, *size). It is the transpose of the strided convolution
    ``nn.Conv2d(outputs, inputs, 4, 2, 1)``, which rounds the half of an odd side down
    (arXiv:1511.06434, section 3)."""
    from torch import nn

    odd = size[0] % 2, size[1] % 2
    return nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, output_padding=odd, bias=bias)


def _enlarged(height: int, width: int) -> str:
    """The smallest size of a similar image that has a half, as a setting."""
    scale = (_LAST + 1) / min(height, width)
    sides = round(height * scale), round(width * scale)
    return str(sides[0]) if sides[0] == sides[1] else "{}x{}".format(*sides)
