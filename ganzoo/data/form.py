"""The form that the images of a dataset are brought to: size, channels, depth."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from PIL import Image, ImageOps

from ganzoo.errors import UsageError, near

DType = np.dtype[Any]
Fit = Literal["crop", "pad", "stretch"]
CHANNELS = {1: "gray", 3: "colour", 4: "colour with transparency"}
MOST = 1 << 14  # pixels a side: more is taken for a slip of the keyboard
_SIZE = re.compile(r"(\d+)(?:\s*[xX×]\s*(\d+))?")  # noqa: RUF001 - the sign of multiplication


@dataclass(frozen=True)
class Form:
    """size: (height, width) in pixels; None: each image keeps its own. fit: how an image of another
    shape comes to this size. channels: 1 for gray, 3 for RGB, 4 for RGBA; None: as in the file,
    without transparency. bits: the number of bits that 16-bit gray images use; None: 16. depth: the
    bits of a pixel in memory; with 16 the images are gray."""

    size: tuple[int, int] | None = None
    fit: Fit = "crop"
    channels: int | None = None
    bits: int | None = None
    depth: int = 8

    @property
    def dtype(self) -> DType:
        """The type of the pixels."""
        return np.dtype(np.uint16 if self.depth == 16 else np.uint8)

    def fitted(self, image: Image.Image) -> Image.Image:
        """The image at ``size``. crop: it is resized until it covers the size, and cut equally at
        both ends. pad: it is resized until it lies within the size, in the middle of a black or
        transparent image. stretch: its height and its width are resized on their own."""
        if self.size is None:
            return image
        height, width = self.size
        if self.fit == "pad":
            return ImageOps.pad(image, (width, height), Image.Resampling.LANCZOS, color=0)
        if self.fit == "stretch":
            return image.resize((width, height), Image.Resampling.LANCZOS)
        return ImageOps.fit(image, (width, height), Image.Resampling.LANCZOS)


def form_of(
    size: int | str | None = None,
    fit: str = "crop",
    channels: int | None = None,
    bits: int | None = None,
    depth: int = 8,
) -> Form:
    """The form that options ask for. Raises UsageError for options that make no sense."""
    if fit not in get_args(Fit):
        raise UsageError(f"fit={fit!r} is unknown. {near(fit, get_args(Fit))}")
    if fit != "crop" and size is None:
        raise UsageError(
            f"fit={fit} needs the size that images are brought to: add `--set dataset.size=64`, or "
            "48x64 for a height of 48 and a width of 64 pixels."
        )
    if channels is not None and channels not in CHANNELS:
        raise UsageError(
            f"channels={channels} is neither 1 (gray) nor 3 (colour) nor 4 (colour with "
            "transparency)."
        )
    if bits is not None and not 1 <= bits <= 16:
        raise UsageError(f"bits={bits} is not a number of bits from 1 to 16.")
    if depth not in (8, 16):
        raise UsageError(f"depth={depth} is neither 8 nor 16 bits.")
    if depth == 16 and channels not in (None, 1):
        raise UsageError(
            f"depth=16 keeps 16 bits of gray images, and channels={channels} asks for colour: "
            "leave one of them out."
        )
    channels = 1 if depth == 16 else channels
    return Form(None if size is None else sides(size), fit, channels, bits, depth)  # type: ignore[arg-type]


def sides(size: int | str) -> tuple[int, int]:
    """(height, width) from 64, "64" or "48x64". Raises UsageError for anything else."""
    found = _SIZE.fullmatch(str(size).strip())
    if not found:
        raise UsageError(
            f"size={size!r} is no size in pixels: give one number, such as 64, or height x width, "
            "such as 48x64."
        )
    height, width = int(found[1]), int(found[2] or found[1])
    if not 1 <= min(height, width) <= max(height, width) <= MOST:
        raise UsageError(f"size={size} is out of range: a side has 1 to {MOST:,} pixels.")
    return height, width


def in_words(height: int, width: int) -> str:
    """A size for people: "64x64", and "48x64 (height x width)" if the sides differ."""
    return f"{height}x{width}" + ("" if height == width else " (height x width)")
