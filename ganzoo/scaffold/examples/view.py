"""Vectors as bars."""

import json

import torch
from ganzoo import Count, Spec, UsageError, View, register
from PIL import Image
from torch import Tensor


@register("view", "my-bars")
class Bars(View):
    """A vector as a row of vertical bars, gray by value; samples as JSON.

    Args:
        height: of a row in pixels.
    """

    formats = (".json",)

    def __init__(self, spec: Spec, height: Count = 8) -> None:
        super().__init__(spec)
        if len(spec.shape) != 1:
            raise UsageError(f"This view draws vectors, not {spec.shape}.")
        self.height = height

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        low, high = samples.min(), samples.max()
        gray = (samples - low) / (high - low).clamp(min=1e-6) * 255
        pixels = gray.to(torch.uint8).repeat_interleave(self.height, 0)
        return Image.fromarray(pixels.numpy())

    def encode(self, samples: Tensor, suffix: str, columns: int | None = None) -> bytes:
        return json.dumps(samples.tolist()).encode()
