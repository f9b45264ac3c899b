"""The views of ganzoo itself: images in a grid, points in a plot, and numbers over time."""

from __future__ import annotations

import io
from pathlib import PurePath

import torch
from PIL import Image
from torch import Tensor

from ganzoo.errors import UsageError
from ganzoo.interfaces import View
from ganzoo.run import grid, plot, sequences
from ganzoo.run.image_format import encoded
from ganzoo.types import Spec


def of_shape(spec: Spec) -> View | None:
    """The view of samples for which no view is named; None if they cannot be shown."""
    for view, fits in ((Images, grid), (Points, plot), (Sequences, sequences)):
        if fits.drawable(spec):
            return view(spec)
    return None


def _check(fits: bool, spec: Spec, name: str, wanted: str) -> None:
    if not fits:
        raise UsageError(
            f"The view {name!r} shows {wanted}, and not samples of the shape {spec.shape}: name "
            "another view in the Data of the dataset."
        )


class Images(View):
    """A grid of images: (N, C, H, W) with 1, 3 or 4 channels, in [low, high], uint8 or uint16.
    RGBA images are shown on white. A PNG with all samples has the depth of the spec."""

    formats = (".png",)
    each = ".png"

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        wanted = "gray, RGB and RGBA images in a bounded range"
        _check(grid.drawable(spec), spec, "images", wanted)

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        pixels = samples.dtype in (torch.uint8, torch.uint16)
        x = grid.eight_bits(samples) if pixels else grid.to_bytes(samples, self.spec)
        return grid.image(grid.tile(grid.on_white(x), columns))

    def encode(self, samples: Tensor, suffix: str, columns: int | None = None) -> bytes:
        pixels = grid.on_white(grid.to_pixels(samples, self.spec))
        return encoded(grid.image(grid.tile(pixels, columns)), PurePath(f"grid{suffix}"))

    def encode_one(self, sample: Tensor) -> bytes:
        return grid.png(sample, self.spec)


class Points(View):
    """Points on a line or in a plane, (N, 1) or (N, 2), over the density of the data."""

    count = 2_000
    behind = 20_000

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        _check(plot.drawable(spec), spec, "points", "samples of one or two coordinates")

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        return Image.open(io.BytesIO(plot.drawn(samples, data))).convert("RGB")


class Sequences(View):
    """Numbers over time, (N, C, T): a small plot for each of the first samples, with a line for
    each of the C channels."""

    count = 16
    behind = 4

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        wanted = "samples with some channels and at least two moments, (C, T)"
        _check(sequences.drawable(spec), spec, "sequences", wanted)

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        return sequences.drawn(samples, data, columns or 4)
