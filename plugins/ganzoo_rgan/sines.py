"""The sines of arXiv:1706.02633."""

import hashlib
import math
from pathlib import Path
from typing import Annotated

import torch
from msgspec import Meta

from ganzoo import Count, Data, Dataset, UsageError

_TEST = 2_000
Length = Annotated[int, Meta(ge=16, le=65536)]


class Sines(Dataset):
    """a sin(2 pi f t + phase) at t = 0, 1/length, 2/length, ...: x float32 (N, 1, length). The
    amplitude a is uniform in [0.1, 0.9], the frequency f in [1, 5] periods of a series, the phase
    in [-pi, pi] (arXiv:1706.02633, section 4.1).

    ``test``: 2,000 series, other than the series of ``train``.

    Args:
        count: series to train on.
        seed: seed of the draws.
        length: moments of a series.
    """

    def __init__(self, count: Count = 20_000, seed: int = 0, length: Length = 30) -> None:
        self.count, self.seed, self.length = count, seed, length

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"The dataset 'sines' has no split {split!r}, only train and test.")
        digest = hashlib.sha256(f"sines {self.seed} {split}".encode()).digest()
        dice = torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
        n = self.count if split == "train" else _TEST
        u = torch.rand(3, n, 1, dtype=torch.float64, generator=dice)
        time = torch.arange(self.length, dtype=torch.float64) / self.length
        turn = 2 * math.pi * (1 + 4 * u[1]) * time + math.pi * (2 * u[2] - 1)
        x = ((0.1 + 0.8 * u[0]) * turn.sin()).float()[:, None]
        return Data(
            x,
            source=f"sines with seed {self.seed}",
            checksum=hashlib.sha256((x * 32767).round().short().numpy().tobytes()).hexdigest(),
        )

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return True
