"""The standard deviation of the noise."""

import pytest
import torch
from ganzoo import Batch

from augmentation import InstanceNoise


def test_the_noise_has_this_deviation_and_labels_are_unchanged() -> None:
    torch.manual_seed(0)
    batch = Batch(x=torch.full((500, 1, 8, 8), 0.5), y=torch.arange(500))
    augmented = InstanceNoise(std=0.2)(batch)
    assert (augmented.x - 0.5).mean().item() == pytest.approx(0.0, abs=0.01)
    assert (augmented.x - 0.5).std().item() == pytest.approx(0.2, abs=0.01)
    assert torch.equal(augmented.y, batch.y)
    assert (batch.x == 0.5).all()  # the batch itself is not changed


def test_a_deviation_of_0_does_not_change_samples() -> None:
    batch = Batch(x=torch.randn(4, 2))
    assert torch.equal(InstanceNoise(std=0.0)(batch).x, batch.x)
