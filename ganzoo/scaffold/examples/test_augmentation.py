"""The noise has the deviation that it is given."""

import pytest
import torch
from ganzoo import Batch

from augmentation import InstanceNoise


def test_samples_get_that_much_noise_and_keep_their_labels() -> None:
    torch.manual_seed(0)
    batch = Batch(x=torch.full((500, 1, 8, 8), 0.5), y=torch.arange(500))
    seen = InstanceNoise(std=0.2)(batch)
    assert (seen.x - 0.5).mean().item() == pytest.approx(0.0, abs=0.01)
    assert (seen.x - 0.5).std().item() == pytest.approx(0.2, abs=0.01)
    assert torch.equal(seen.y, batch.y)
    assert (batch.x == 0.5).all()  # the batch itself is left as it was


def test_without_noise_samples_are_seen_as_they_are() -> None:
    batch = Batch(x=torch.randn(4, 2))
    assert torch.equal(InstanceNoise(std=0.0)(batch).x, batch.x)
