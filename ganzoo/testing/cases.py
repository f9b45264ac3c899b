"""The specs that components are tried with, and data to try them on."""

from __future__ import annotations

import math

import torch

from ganzoo.types import Batch, Data, Spec, scale

COUNT = 8  # samples in a batch: few, and so many that a game may pack them by 2, 4 or 8

# Gray and colour, 28 and 32 pixels, with and without labels: every pair of these comes once.
CASES = {
    "gray 28x28": Spec((1, 28, 28)),
    "gray 32x32 in [0, 1] with 10 labels": Spec((1, 32, 32), classes=10, low=0.0, high=1.0),
    "colour 28x28 with 10 labels": Spec((3, 28, 28), classes=10),
    "colour 32x32": Spec((3, 32, 32)),
    "2-D vectors": Spec((2,), low=-math.inf, high=math.inf),
    "2-D vectors with 8 labels": Spec((2,), classes=8, low=-math.inf, high=math.inf),
}


def tiny(spec: Spec, count: int = 64, seed: int = 0) -> Data:
    """A dataset of that spec, the same for a seed: noise, with every label in turn."""
    dice = torch.Generator().manual_seed(seed)
    if spec.bounded:
        x = torch.randint(0, 256, (count, *spec.shape), generator=dice, dtype=torch.uint8)
    else:
        x = torch.randn(count, *spec.shape, generator=dice)
    y = torch.arange(count) % spec.classes if spec.classes else None
    return Data(x, y, spec.classes, source="made up")


def batch(spec: Spec, device: torch.device | str = "cpu") -> Batch:
    """A batch of real samples of that spec."""
    data = tiny(spec, COUNT)
    y = None if data.y is None else data.y.to(device)
    return Batch(x=scale(data.x, spec).to(device), y=y)
