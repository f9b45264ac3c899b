"""The prior compared with the moments of its distribution."""

import pytest
import torch

from prior import Clusters


def test_each_z_is_near_one_centre_on_an_axis() -> None:
    prior = Clusters(dim=20, centres=5, distance=30.0)
    generator = torch.Generator().manual_seed(0)
    z = prior.draw(5000, device=torch.device("cpu"), generator=generator).z
    assert z.shape == (5000, 20)
    far = z > 15
    assert (far.sum(1) == 1).all()
    assert not far[:, 5:].any()
    assert (z - 30.0 * far).std().item() == pytest.approx(1.0, abs=0.01)
