"""Made-up tones."""

import hashlib
import math
from pathlib import Path

import torch
from torch import Tensor

from ganzoo import Count, Data, Dataset, Part, UsageError
from ganzoo_wavegan.sound import Rate

NOTES = {"C4": -9, "D4": -7, "E4": -5, "F4": -4, "G4": -2, "A4": 0, "B4": 2, "C5": 3}
OVERTONES = 4
_TEST = 2_000


class Tones(Dataset):
    """Tones of the C major scale, from 262 to 523 Hz: x float32 (N, 1, length) in [-1, 1], y the
    note. A tone is the sum of a sine and of three overtones, each with a random phase; its timbre,
    its loudness and its decay are random.

    ``test``: 2,000 tones, other than the tones of ``train``.

    Args:
        count: tones to train on.
        seed: seed of the draws.
        length: samples of a tone.
        rate: samples in a second.
    """

    def __init__(
        self, count: Count = 20_000, seed: int = 0, length: Count = 1024, rate: Rate = 8_000
    ) -> None:
        if rate <= 2 * OVERTONES * 524:
            raise ValueError(f"a rate of {rate} is too low for overtones of 2,093 Hz")
        self.count, self.seed, self.length, self.rate = count, seed, length, rate

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"The dataset 'tones' has no split {split!r}, only train and test.")
        digest = hashlib.sha256(f"tones {self.seed} {split}".encode()).digest()
        dice = torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
        x, y = self._drawn(self.count if split == "train" else _TEST, dice)
        return Data(
            x,
            y,
            classes=len(NOTES),
            labels=tuple(NOTES),
            source=f"tones with seed {self.seed}",
            checksum=hashlib.sha256((x * 32767).round().short().numpy().tobytes()).hexdigest(),
            view=Part("waveforms", {"rate": self.rate}),
        )

    def _drawn(self, n: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        def uniform(*shape: int) -> Tensor:
            return torch.rand(n, *shape, dtype=torch.float64, generator=dice)

        y = torch.randint(len(NOTES), (n,), generator=dice)
        pitch = 440 * 2 ** (torch.tensor([*NOTES.values()], dtype=torch.float64)[y] / 12)
        overtone = torch.arange(1, OVERTONES + 1, dtype=torch.float64)
        share = overtone ** -(1 + 1.5 * uniform(1))  # (n, OVERTONES)
        phase = 2 * math.pi * uniform(OVERTONES)
        loudness = (0.3 + 0.6 * uniform()) / share.sum(1)
        decay = 4 + 8 * uniform()  # in a second
        time = torch.arange(self.length, dtype=torch.float64) / self.rate
        x = torch.zeros(n, self.length)
        for k in range(OVERTONES):
            turn = 2 * math.pi * overtone[k] * pitch[:, None] * time + phase[:, k, None]
            x += (share[:, k, None] * turn.sin()).float()
        envelope = loudness[:, None] * torch.exp(-decay[:, None] * time)
        return (x * envelope.float())[:, None], y

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return True
