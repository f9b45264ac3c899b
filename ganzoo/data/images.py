"""One image file as an array: 8-bit gray, RGB or RGBA, or 16-bit gray, turned upright."""

from __future__ import annotations

import functools
import io
import re
import threading
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from ganzoo.data.form import Form

# The formats that are read, if the installed Pillow reads them. Other formats of Pillow are left
# out: for EPS it starts another program, and HDF5 and FITS are tables of numbers.
FORMATS = (
    *("PNG", "JPEG", "MPO", "BMP", "DIB", "WEBP", "GIF", "TIFF", "AVIF", "JPEG2000", "PPM"),
    *("TGA", "QOI", "PCX", "SGI", "SUN", "ICO"),
)
MOST_PIXELS = 178_956_970  # Pillow refuses to open larger images by default
_LARGE = 1 << 24  # pixels: larger images are decoded one at a time, to save memory
_one_at_a_time = threading.Lock()

Pixels = NDArray[np.unsignedinteger[Any]]  # uint8 or uint16
_GRAY = ("1", "L", "LA")
_MODES = {1: "L", 3: "RGB"}
_CLEAR = np.array([255, 255, 255, 0], np.uint8)  # a fully transparent pixel
_ORIENTATION = 0x0112  # the EXIF tag of the orientation
_UPRIGHT = {  # the transpose that undoes each orientation (EXIF 2.32, table 6)
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_TURNED = (5, 6, 7, 8)  # orientations that exchange width and height


@dataclass(frozen=True)
class Picture:
    """A decoded file. pixels: uint8 or uint16 (C, H, W). size: its height and width, upright,
    before it was brought to a form. mode: the kind of its pixels in words. top: the largest stored
    value of a 16-bit gray image, 0 for any other image. several: whether the file has more than one
    frame or page; only the first is read."""

    pixels: Pixels
    size: tuple[int, int]
    mode: str
    top: int = 0
    several: bool = False


@functools.cache
def formats() -> tuple[str, ...]:
    """The formats of ``FORMATS`` that the installed Pillow reads."""
    Image.init()  # without it Pillow has only a few formats loaded
    return tuple(name for name in FORMATS if name in Image.OPEN)


def extensions() -> frozenset[str]:
    """The suffixes of the files that are read, in lower case: ".png", ".jpg" and so on."""
    readable = formats()
    known = Image.registered_extensions()
    return frozenset(end for end, name in known.items() if name in readable)


def read(data: bytes, form: Form | None = None) -> Picture:
    """Decode the bytes of an image file, and bring it to a form; of an animation, the first frame.
    A palette counts as colour.

    The image is turned by its EXIF orientation. Transparent pixels are put on white, and where
    transparency is kept, the colour of fully transparent pixels is white: the colour stored there
    is arbitrary. 16-bit gray is scaled to 8 bits, by the same factor in every image, unless the
    form has 16 bits. Raises the
    errors of Pillow for a damaged file, and ValueError for 32-bit pixels or for more than
    ``MOST_PIXELS`` pixels: ``reason`` describes the error in words.
    """
    form = form or Form()
    with Image.open(io.BytesIO(data), formats=formats()) as opened:
        count = opened.width * opened.height
        if count > MOST_PIXELS:  # Pillow raises first, unless its own limit has been lifted
            raise ValueError(_too_large(count))
        with _one_at_a_time if count > _LARGE else nullcontext():
            turned = _upright(opened)
            top = int(np.asarray(turned).max()) if turned.mode.startswith("I;16") else 0
            size, mode = (turned.height, turned.width), _in_words(turned)
            deep = form.depth == 16
            array = _deep(turned, form) if deep else np.asarray(form.fitted(_in_mode(turned, form)))
            if form.channels == 4:
                array = np.where(array[:, :, 3:] > 0, array, _CLEAR)
        several = _several(opened)
    # (H, W) -> (1, H, W) or (H, W, C) -> (C, H, W)
    pixels = array[None] if array.ndim == 2 else np.ascontiguousarray(array.transpose(2, 0, 1))
    return Picture(pixels, size, mode, top, several)


def dimensions(file: Path | BinaryIO) -> tuple[int, int] | None:
    """(width, height) of an image file as it is shown, from its header; None if it is damaged."""
    try:
        with Image.open(file, formats=formats()) as opened:
            turned = opened.getexif().get(_ORIENTATION) in _TURNED
            return (opened.height, opened.width) if turned else (opened.width, opened.height)
    except Exception:  # whatever a decoder raises; ``read`` reports the file
        return None


def reason(error: Exception, data: bytes) -> str:
    """The reason why ``read`` failed on ``data``, in a few words."""
    if not data:
        return "empty"
    if isinstance(error, UnidentifiedImageError):
        return "no image"
    if isinstance(error, Image.DecompressionBombError):
        count = re.search(r"\d+", str(error))
        return _too_large(int(count.group()) if count else None)
    if "truncated" in str(error).lower():
        return "cut short"
    message = " ".join(str(error).split())
    return "damaged" if not message or " at 0x" in message else message  # no object's address


def _too_large(count: int | None) -> str:
    pixels = "too many pixels" if count is None else f"{count / 1e6:,.0f} million pixels"
    return f"{pixels}, and the limit is {MOST_PIXELS / 1e6:.0f} million: make the image smaller"


def _upright(image: Image.Image) -> Image.Image:
    # Not ImageOps.exif_transpose: it writes all tags again, and fails at a tag of a wrong type.
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:  # unreadable tags: image viewers show the image without turning it
        orientation = None
    image.load()
    transpose = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if transpose is None else image.transpose(transpose)


def _several(image: Image.Image) -> bool:
    if image.format == "MPO":  # a photograph; its other frames are a preview or a depth map
        return False
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # a later frame is damaged, and later frames are not read
        return True


def _in_mode(image: Image.Image, form: Form) -> Image.Image:
    """The image with the channels of the form: in mode L, RGB or RGBA."""
    image = _eight_bits(image, form.bits or 16)
    if form.channels == 4:
        return image.convert("RGBA")
    mode = "L" if image.mode in _GRAY else "RGB"
    if image.has_transparency_data:
        layer = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    image = image.convert(mode)
    return image if form.channels is None else image.convert(_MODES[form.channels])


def _deep(image: Image.Image, form: Form) -> NDArray[np.uint16]:
    """The image as 16-bit gray, at the size of the form. It is resized in floats, so that no value
    is rounded to 8 bits; an image of 8 bits is multiplied by 257."""
    if image.mode.startswith("I;16"):
        most = (1 << (form.bits or 16)) - 1
        gray = np.minimum(np.asarray(image).astype(np.float32), most) * np.float32(65535 / most)
    else:
        gray = np.asarray(_in_mode(image, form)).astype(np.float32) * 257
    fitted: NDArray[np.float32] = np.asarray(form.fitted(Image.fromarray(gray)))
    return np.rint(fitted).clip(0, 65535).astype(np.uint16)


def _in_words(image: Image.Image) -> str:
    if image.mode.startswith("I;16"):
        return "16-bit gray"
    kind = "gray" if image.mode in _GRAY else "colour"
    return f"{kind} with transparency" if image.has_transparency_data else kind


def _eight_bits(image: Image.Image, bits: int) -> Image.Image:
    """The image with 8 bits a channel; an image of 16-bit gray in mode L."""
    if image.mode in ("I", "F"):
        raise ValueError("its pixels are 32-bit numbers of unknown range: save it with 8 or 16 bit")
    if image.mode.startswith("I;16"):
        # convert("L") would set every value above 255 to 255. Here values are scaled and rounded.
        most = (1 << bits) - 1
        deep = np.minimum(np.asarray(image).astype(np.int32), most)
        return Image.fromarray(((deep * 255 + most // 2) // most).astype(np.uint8))
    return image
