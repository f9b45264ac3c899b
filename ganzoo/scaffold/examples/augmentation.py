"""Noise on every sample that D sees."""

import torch
from ganzoo import Augmentation, Batch, Weight, register


@register("augmentation", "my-noise", paper="arXiv:1610.04490")
class InstanceNoise(Augmentation):
    """Normal noise on real and generated samples alike.

    The two distributions then overlap, so that D cannot separate them (section 3).

    Args:
        std: standard deviation of the noise, in the units of the samples. A schedule
            may reduce it to 0 in the course of the training.
    """

    def __init__(self, std: Weight = 0.1) -> None:
        super().__init__()
        self.std = std

    def forward(self, batch: Batch) -> Batch:
        return batch.replace(x=batch.x + self.std * torch.randn_like(batch.x))
