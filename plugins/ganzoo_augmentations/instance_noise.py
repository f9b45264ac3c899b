"""Noise on the samples that D scores (arXiv:1610.04490, arXiv:1701.04862)."""

from typing import Any

import torch

from ganzoo import Augmentation, Batch, Weight


class InstanceNoise(Augmentation):
    """Gaussian noise on real and fake samples alike, so that the two distributions overlap and D
    cannot separate them perfectly: x (N, ...) + sigma * N(0, 1), the same shape (arXiv:1701.04862,
    section 3).

    Args:
        sigma: standard deviation. For images its unit is half their range, so that it means the
            same in [0, 1] as in [-1, 1]; for vectors its unit is that of the data. It is usually
            scheduled to 0, for example with ``--set 'augmentations.instance-noise.sigma=
            {"schedule": "linear", "start": 0.5, "end": 0}'``.
    """

    def __init__(self, sigma: Weight = 0.1) -> None:
        super().__init__()
        self.sigma = sigma
        self.unit = 1.0

    def check(self, game: Any) -> None:
        if game.spec.bounded:
            self.unit = (game.spec.high - game.spec.low) / 2

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x + self.sigma * self.unit * torch.randn_like(batch.x))
