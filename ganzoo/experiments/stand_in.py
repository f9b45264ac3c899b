"""Features without a network, to measure the time of a metric alone."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ganzoo.interfaces import Features
from ganzoo.types import Data

PIECE = 500  # rows


class StandIn(Features):
    """Random vectors in the place of the features ``real``, of the same size. A metric takes about
    as long with them. asked: the data whose vectors or logits were read."""

    fingerprint = ""

    def __init__(self, real: Features) -> None:
        self.real = real
        self.name, self.dim, self.classes = real.name, real.dim, real.classes
        self.asked: list[Data] = []

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        return self._drawn(samples, self.dim)

    def logits(self, samples: Data) -> Iterator[Tensor]:
        return self._drawn(samples, self.classes)

    def _drawn(self, samples: Data, width: int) -> Iterator[Tensor]:
        self.asked.append(samples)
        for start in range(0, len(samples), PIECE):
            yield torch.randn(min(PIECE, len(samples) - start), width)
