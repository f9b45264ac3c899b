"""Grids of images."""

from __future__ import annotations

import io
import math
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from ganzoo.run.files import write_whole
from ganzoo.types import Spec


def png(sample: Tensor, spec: Spec) -> bytes:
    """One image, (C, H, W) in [low, high], as a PNG of the same size, with the depth of the
    spec."""
    buffer = io.BytesIO()
    image(to_pixels(sample, spec)).save(buffer, format="PNG")
    return buffer.getvalue()


def write_array(path: Path, samples: Tensor) -> None:
    """The samples unchanged, float32 in numpy's .npy format."""
    buffer = io.BytesIO()
    np.save(buffer, samples.cpu().numpy(), allow_pickle=False)
    write_whole(path, buffer.getvalue())


def drawable(spec: Spec) -> bool:
    """Whether samples are gray, RGB or RGBA images (1, 3 or 4 channels), in a bounded range."""
    return spec.image and spec.bounded and spec.shape[0] in (1, 3, 4)


def to_bytes(samples: Tensor, spec: Spec) -> Tensor:
    """(N, C, H, W) in [low, high] to uint8 in 0..255."""
    unit = (samples.float() - spec.low) / (spec.high - spec.low)
    return unit.mul(255).round().clamp(0, 255).to(torch.uint8)


def to_pixels(samples: Tensor, spec: Spec) -> Tensor:
    """(N, C, H, W) in [low, high] to the pixels that the data has: uint8 in 0..255, or uint16 in
    0..65535 for a spec of 16 bits."""
    if spec.depth == 8:
        return to_bytes(samples, spec)
    unit = (samples.float() - spec.low) / (spec.high - spec.low)
    return unit.mul(65535).round().clamp(0, 65535).to(torch.uint16)


def eight_bits(images: Tensor) -> Tensor:
    """uint16 images as uint8, rounded; uint8 images unchanged."""
    if images.dtype == torch.uint8:
        return images
    return (images.float() / 257).round().to(torch.uint8)


def on_white(images: Tensor) -> Tensor:
    """RGBA images on white, (N, 4, H, W) to (N, 3, H, W) uint8; other images unchanged."""
    if images.shape[1] != 4:
        return images
    colour, alpha = images[:, :3].float(), images[:, 3:].float() / 255
    return (colour * alpha + 255 * (1 - alpha)).round().to(torch.uint8)


def tile(images: Tensor, columns: int | None = None, gap: int = 2) -> Tensor:
    """(N, C, H, W) uint8 or uint16 in reading order to one picture,
    (C, rows * (H + gap) + gap, ...)."""
    n, channels, height, width = images.shape
    columns = min(columns or math.ceil(math.sqrt(n)), n)
    rows = math.ceil(n / columns)
    missing = rows * columns - n
    padded = F.pad(images, (gap, 0, gap, 0, 0, 0, 0, missing))
    cells = padded.reshape(rows, columns, channels, height + gap, width + gap)
    joined = cells.permute(2, 0, 3, 1, 4).reshape(channels, rows * (height + gap), -1)
    return F.pad(joined, (0, gap, 0, gap))


def image(picture: Tensor) -> Image.Image:
    """(C, H, W) uint8, or (1, H, W) uint16, as a Pillow image."""
    array = picture.cpu().numpy()
    return Image.fromarray(array[0] if len(array) == 1 else array.transpose(1, 2, 0))
