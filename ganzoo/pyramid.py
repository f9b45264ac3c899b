"""The sizes of an image whose sides are halved from level to level."""

from __future__ import annotations

from ganzoo.errors import UsageError

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


def _enlarged(height: int, width: int) -> str:
    """The smallest size of a similar image that has a half, as a setting."""
    scale = (_LAST + 1) / min(height, width)
    sides = round(height * scale), round(width * scale)
    return str(sides[0]) if sides[0] == sides[1] else "{}x{}".format(*sides)
