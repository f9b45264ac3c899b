"""The sines of arXiv:1706.02633."""

import math
from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Count, DrawnDataset

# In shorter series the metric `tones` does not find the highest frequency, of 5 periods.
Length = Annotated[int, Meta(ge=20, le=65536)]


class Sines(DrawnDataset):
    """a sin(2 pi f t + phase) at t = 0, 1/length, 2/length, ...: x float32 (N, 1, length). The
    amplitude a is uniform in [0.1, 0.9], the frequency f in [1, 5] periods of a series, the phase
    in [-pi, pi] (arXiv:1706.02633, section 4.1).

    ``test``: 2,000 series, other than the series of ``train``.

    Args:
        count: series to train on.
        seed: seed of the draws.
        length: moments of a series.
    """

    name = "sines"
    test_count = 2_000

    def __init__(self, count: Count = 20_000, seed: int = 0, length: Length = 30) -> None:
        super().__init__(count, seed)
        self.length = length

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, None]:
        u = torch.rand(3, count, 1, dtype=torch.float64, generator=dice)
        time = torch.arange(self.length, dtype=torch.float64) / self.length
        turn = 2 * math.pi * (1 + 4 * u[1]) * time + math.pi * (2 * u[2] - 1)
        return ((0.1 + 0.8 * u[0]) * turn.sin())[:, None], None

    def hashed(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, ...]:
        return ((x * 32767).round().short(),)
