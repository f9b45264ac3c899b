"""One image file as an array: any of Pillow's modes as 8-bit gray or RGB, upright and opaque."""

from __future__ import annotations

import functools
import io
import re
import threading
from contextlib import nullcontext
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

# What is read, where the installed Pillow reads it. Not all that it can: it would start another
# program for EPS, and calls a table of numbers (HDF5, FITS) an image.
FORMATS = (
    *("PNG", "JPEG", "MPO", "BMP", "DIB", "WEBP", "GIF", "TIFF", "AVIF", "JPEG2000", "PPM"),
    *("TGA", "QOI", "PCX", "SGI", "SUN", "ICO"),
)
MOST_PIXELS = 178_956_970  # what Pillow refuses to open by default
_LARGE = 1 << 24  # pixels from which on images are decoded one at a time, for the memory's sake
_one_at_a_time = threading.Lock()

Pixels = NDArray[np.uint8]
_GRAY = ("1", "L", "LA")
_ORIENTATION = 0x0112  # the EXIF tag, and how what it says is undone (EXIF 2.32, table 6)
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True)
class Picture:
    """A decoded file. pixels: uint8 (C, H, W). top: the largest value of a 16-bit gray image as it
    is stored, 0 for any other. several: whether it has further frames or pages, which are not read.
    """

    pixels: Pixels
    top: int = 0
    several: bool = False


@functools.cache
def formats() -> tuple[str, ...]:
    """Those of ``FORMATS`` that the installed Pillow reads."""
    Image.init()  # it knows but a few before
    return tuple(name for name in FORMATS if name in Image.OPEN)


def extensions() -> frozenset[str]:
    """How the names of the files end that are read, in lower case: ".png", ".jpg" and so on."""
    readable = formats()
    known = Image.registered_extensions()
    return frozenset(end for end, name in known.items() if name in readable)


def decode(data: bytes, size: int | None = None, channels: int | None = None) -> Pixels:
    """The pixels alone; see ``read``."""
    return read(data, size, channels).pixels


def read(
    data: bytes, size: int | None = None, channels: int | None = None, bits: int | None = None
) -> Picture:
    """An image file's bytes, decoded; of its first frame, where it moves.

    size: the shorter side is resized to it and the longer one cut to it, equally at both ends.
    channels: 1 gray or 3 RGB; None: as the file has it, where a palette counts as colour. bits: how
    many of 16 bits a deep gray image uses, all of them by default.

    It is turned as its EXIF orientation says. What is transparent is laid on white, as a page
    would: the colour stored behind full transparency is arbitrary. 16-bit gray is scaled to 8 bits,
    by the same factor in every image. Raises whatever Pillow does for a damaged file, and
    ValueError for 32-bit pixels or more than ``MOST_PIXELS`` of them: ``reason`` says it in words.
    """
    with Image.open(io.BytesIO(data), formats=formats()) as opened:
        count = opened.width * opened.height
        if count > MOST_PIXELS:  # where somebody has lifted Pillow's own limit
            raise ValueError(_too_large(count))
        with _one_at_a_time if count > _LARGE else nullcontext():
            turned = _upright(opened)
            top = int(np.asarray(turned).max()) if turned.mode.startswith("I;16") else 0
            image = _opaque(turned, bits or 16)
            if channels is not None:
                image = image.convert("L" if channels == 1 else "RGB")
            if size is not None:
                image = ImageOps.fit(image, (size, size), Image.Resampling.LANCZOS)
            array = np.asarray(image)
        several = _several(opened)
    # (H, W) -> (1, H, W) or (H, W, 3) -> (3, H, W)
    pixels = array[None] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))
    return Picture(pixels, top, several)


def reason(error: Exception, data: bytes) -> str:
    """Why ``read`` failed on ``data``, in a few words for people."""
    if not data:
        return "empty"
    if isinstance(error, UnidentifiedImageError):
        return "no image"
    if isinstance(error, Image.DecompressionBombError):
        count = re.search(r"\d+", str(error))
        return _too_large(int(count.group()) if count else None)
    if "truncated" in str(error).lower():
        return "cut short"
    said = " ".join(str(error).split())
    return "damaged" if not said or " at 0x" in said else said  # an object's address tells nothing


def _too_large(count: int | None) -> str:
    has = "too many pixels" if count is None else f"{count / 1e6:,.0f} million pixels"
    return (
        f"{has}, and {MOST_PIXELS / 1e6:.0f} million are the most that is decoded: make it smaller"
    )


def _upright(image: Image.Image) -> Image.Image:
    # Not ImageOps.exif_transpose: that writes all tags anew, and fails at one of an odd type.
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # tags that cannot be read turn no image: every viewer shows it
        orientation = None
    image.load()
    how = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if how is None else image.transpose(how)


def _several(image: Image.Image) -> bool:
    if image.format == "MPO":  # a camera's photograph, with a preview or a depth map behind it
        return False
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # what follows the first frame is damaged, and is not read
        return True


def _opaque(image: Image.Image, bits: int) -> Image.Image:
    """The image in mode L or RGB."""
    if image.mode in ("I", "F"):
        raise ValueError("its pixels are 32-bit numbers of unknown range: save it with 8 or 16")
    if image.mode.startswith("I;16"):
        # convert("L") would cut every value above 255 off. Rounded to the nearest of 0..255.
        most = (1 << bits) - 1
        deep = np.minimum(np.asarray(image).astype(np.int32), most)
        return Image.fromarray(((deep * 255 + most // 2) // most).astype(np.uint8))
    mode = "L" if image.mode in _GRAY else "RGB"
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    return image.convert(mode)
