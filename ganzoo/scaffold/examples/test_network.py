"""The shapes of the encoder."""

import torch
from ganzoo import Spec

from network import Encoder


def test_the_encoder_maps_samples_to_noise() -> None:
    encoder = Encoder(Spec((3, 8, 8), z_dim=5), width=7)
    assert encoder(torch.randn(4, 3, 8, 8)).shape == (4, 5)
    assert [p.numel() for p in encoder.parameters()] == [192 * 7, 7, 7 * 5, 5]
