"""Samples as one Pillow image, for notebooks and scripts."""

from __future__ import annotations

import io
from typing import Any

import torch
from PIL import Image

from ganzoo.assembly.build import view_of
from ganzoo.errors import UsageError
from ganzoo.types import Spec


def grid(
    samples: Any, spec: Spec | None = None, *, columns: int | None = None, data: Any = None
) -> Image.Image:
    """Samples as one image: a grid of images, a plot of points, or as their view shows them.

    ``samples``: a tensor or an array, (N, C, H, W) of images with 1, 3 or 4 channels, one
    image (C, H, W), points (N, 1) or (N, 2), or other samples of the spec. RGBA images are shown on
    white. ``spec``: their spec, such as ``Trained.spec``, for their view and the range of the
    pixels. Without it, uint8 has the range 0 to 255, uint16 the range 0 to 65535, and floats have
    the range [0, 1], or [-1, 1] if a pixel is below 0. ``columns``: of the grid; by default it is
    square. ``data``: real samples to compare with, such as points (M, 2), whose density is shown
    behind the points.

    Raises UsageError for samples that cannot be drawn."""
    x = torch.as_tensor(samples).detach().cpu()
    x = x[None] if x.dim() == 3 and (spec is None or spec.image) else x
    if not len(x):
        raise UsageError("There is no sample to draw.")
    if columns is not None and columns < 1:
        raise UsageError(f"A grid has 1 column or more, not {columns}.")
    if spec is None:
        lowest = -1.0 if x.is_floating_point() and bool((x < 0).any()) else 0.0
        spec = Spec(tuple(x.shape[1:]), low=lowest)
    if tuple(x.shape[1:]) != spec.shape:
        raise UsageError(f"The samples have the shape {tuple(x.shape[1:])}, not {spec.shape}.")
    view = view_of(spec)
    if view is None:
        raise UsageError(
            f"Samples of the shape {spec.shape} cannot be drawn. Give images of 1, 3 or 4 "
            "channels, (N, C, H, W), or points of 1 or 2 coordinates."
        )
    behind = None if data is None else torch.as_tensor(data)
    return view.show(x, data=behind, columns=columns)


def png(image: Image.Image) -> bytes:
    """An image in the format PNG."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue()
