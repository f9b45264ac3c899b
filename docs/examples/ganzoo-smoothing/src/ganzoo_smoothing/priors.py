"""A prior P(z) with heavier tails than the normal distribution."""

import torch
from ganzoo import Batch, Count, NoisePrior, Positive


class Laplace(NoisePrior):
    """Independent Laplace coordinates: differences of exponential draws.

    Args:
        dim: length of z.
        scale: scale of each coordinate; the variance is 2 scale^2, by default 1.
    """

    def __init__(self, dim: Count = 100, scale: Positive = 0.5**0.5) -> None:
        super().__init__()
        self.dim, self.scale = dim, scale

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        e = torch.empty(2, n, self.dim, device=device).exponential_(generator=generator)
        return Batch(z=self.scale * (e[0] - e[1]))
