"""Noise in clusters."""

import torch
from ganzoo import Batch, Count, NoisePrior, NotNegative, UsageError, register
from torch.nn.functional import one_hot


@register("prior", "my-clusters")
class Clusters(NoisePrior):
    """Normal noise around one of several centres, each on an axis of its own.

    Args:
        dim: length of z.
        centres: number of centres, at most dim.
        distance: distance of a centre from 0.
    """

    def __init__(
        self, dim: Count = 100, centres: Count = 10, distance: NotNegative = 3.0
    ) -> None:
        super().__init__()
        if centres > dim:
            raise UsageError(f"prior.centres must be at most {dim}, not {centres}.")
        self.dim, self.centres, self.distance = dim, centres, distance

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        centre = torch.randint(self.centres, (n,), device=device, generator=generator)
        normal = torch.randn(n, self.dim, device=device, generator=generator)
        return Batch(z=normal + self.distance * one_hot(centre, self.dim))  # (n, dim)
