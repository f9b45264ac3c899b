"""Features of which a test knows all, for the metrics that read any."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ganzoo import Data, Features


class Plain(Features):
    """Vectors are their own features and their own logits; images are flattened, in [0, 1]."""

    name, fingerprint = "plain", "0" * 16

    def __init__(self, dim: int, classes: int = 0, pieces: int = 64) -> None:
        self.dim, self.classes, self.pieces = dim, classes, pieces

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        for piece in samples.x.split(self.pieces):
            yield piece.flatten(1).float() / (255 if samples.discrete else 1)

    def logits(self, samples: Data) -> Iterator[Tensor]:
        return self.vectors(samples) if self.classes else iter(())


def normal(count: int, dim: int = 8, seed: int = 0, shift: float = 0, scale: float = 1) -> Data:
    """Correlated normal vectors, float32 (count, dim); the correlation is another for each seed."""
    draws = torch.Generator().manual_seed(seed)
    mix = torch.eye(dim) + torch.randn(dim, dim, generator=draws) / 3
    return Data(shift + scale * torch.randn(count, dim, generator=draws) @ mix)


def noise(count: int, seed: int = 0, shape: tuple[int, int, int] = (1, 5, 4)) -> Data:
    """Images of noise."""
    draws = torch.Generator().manual_seed(seed)
    return Data(torch.randint(0, 256, (count, *shape), generator=draws, dtype=torch.uint8))
