"""Made-up tones."""

import math

import torch
from torch import Tensor

from ganzoo import Count, DrawnDataset, Part
from ganzoo_wavegan.sound import Rate

NOTES = {"C4": -9, "D4": -7, "E4": -5, "F4": -4, "G4": -2, "A4": 0, "B4": 2, "C5": 3}
OVERTONES = 4


class Tones(DrawnDataset):
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

    name = "tones"
    labels = tuple(NOTES)
    test_count = 2_000

    def __init__(
        self, count: Count = 20_000, seed: int = 0, length: Count = 1024, rate: Rate = 8_000
    ) -> None:
        if rate <= 2 * OVERTONES * 524:
            raise ValueError(f"a rate of {rate} is too low for overtones of 2,093 Hz")
        super().__init__(count, seed)
        self.length, self.rate = length, rate
        self.view = Part("waveforms", {"rate": rate})

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        def uniform(*shape: int) -> Tensor:
            return torch.rand(count, *shape, dtype=torch.float64, generator=dice)

        y = torch.randint(len(NOTES), (count,), generator=dice)
        pitch = 440 * 2 ** (torch.tensor([*NOTES.values()], dtype=torch.float64)[y] / 12)
        overtone = torch.arange(1, OVERTONES + 1, dtype=torch.float64)
        share = overtone ** -(1 + 1.5 * uniform(1))  # (count, OVERTONES)
        phase = 2 * math.pi * uniform(OVERTONES)
        loudness = (0.3 + 0.6 * uniform()) / share.sum(1)
        decay = 4 + 8 * uniform()  # in a second
        time = torch.arange(self.length, dtype=torch.float64) / self.rate
        x = torch.zeros(count, self.length)
        for k in range(OVERTONES):
            turn = 2 * math.pi * overtone[k] * pitch[:, None] * time + phase[:, k, None]
            x += (share[:, k, None] * turn.sin()).float()
        envelope = loudness[:, None] * torch.exp(-decay[:, None] * time)
        return (x * envelope.float())[:, None], y

    def hashed(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, ...]:
        return ((x * 32767).round().short(),)
