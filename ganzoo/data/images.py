"""One image file as an array: any of Pillow's modes as 8-bit gray or RGB, upright and opaque."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".gif", ".tif", ".tiff")
Pixels = NDArray[np.uint8]
_GRAY = ("1", "L", "LA")


def decode(data: bytes, size: int | None = None, channels: int | None = None) -> Pixels:
    """uint8 (C, H, W) of an image file's bytes; of its first frame, where it moves.

    size: the shorter side is resized to it and the longer one cut to it, equally at both ends.
    channels: 1 gray or 3 RGB; None: as the file has it, where a palette counts as colour.

    It is turned as its EXIF orientation says. What is transparent is laid on white, as a page
    would: the colour stored behind full transparency is arbitrary. 16-bit gray is scaled to 8 bits.
    Raises whatever Pillow does for a damaged file, and ValueError for 32-bit pixels.
    """
    with Image.open(io.BytesIO(data)) as opened:
        image = _opaque(ImageOps.exif_transpose(opened))
    if channels is not None:
        image = image.convert("L" if channels == 1 else "RGB")
    if size is not None:
        image = ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
    array = np.asarray(image)
    # (H, W) -> (1, H, W) or (H, W, 3) -> (3, H, W)
    return array[None] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))


def _opaque(image: Image.Image) -> Image.Image:
    """The image in mode L or RGB."""
    if image.mode in ("I", "F"):
        raise ValueError("its pixels are 32-bit numbers of unknown range: save it with 8 or 16")
    if image.mode.startswith("I;16"):
        # convert("L") would cut every value above 255 off. 65535 / 255 = 257; + 128 steps.
        deep = np.asarray(image).astype(np.int32)
        return Image.fromarray(((deep + 128) // 257).astype(np.uint8))
    mode = "L" if image.mode in _GRAY else "RGB"
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert(mode)
