"""The formats of image files, by the suffix of the name."""

from __future__ import annotations

import io
from pathlib import PurePath
from typing import Any

from PIL import Image

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
# How Pillow saves each: without a loss, where the format can.
_SAVED: dict[str, dict[str, Any]] = {
    "PNG": {"optimize": True},
    "JPEG": {"quality": 95},
    "WEBP": {"lossless": True},
}


def format_of(path: PurePath) -> str:
    """The format of an image file; PNG if its suffix is of none."""
    return FORMATS.get(path.suffix.lower(), "PNG")


def encoded(image: Image.Image, path: PurePath) -> bytes:
    """The content of the image file ``path``."""
    buffer = io.BytesIO()
    kind = format_of(path)
    image.save(buffer, format=kind, **_SAVED[kind])
    return buffer.getvalue()
