"""The encoder's shapes, and its part in G's loss."""

import torch
from ganzoo import Spec

from network import Encoder


def test_samples_become_noise() -> None:
    encoder = Encoder(Spec((3, 8, 8), z_dim=5), width=7)
    assert encoder(torch.randn(4, 3, 8, 8)).shape == (4, 5)
    assert [p.numel() for p in encoder.parameters()] == [192 * 7, 7, 7 * 5, 5]
