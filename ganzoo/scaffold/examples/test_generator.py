"""The generator's shapes, and the range of its samples."""

import math

import pytest
import torch
from ganzoo import Spec

from generator import Affine

VECTORS = Spec((2,), z_dim=4, low=-math.inf, high=math.inf)


@pytest.mark.parametrize("spec", [Spec((3, 8, 8), z_dim=4, low=0.0), VECTORS])
def test_samples_have_the_shape_and_the_range_of_the_data(spec) -> None:
    x = Affine(spec)(100 * torch.randn(5, 4))
    assert x.shape == (5, *spec.shape)
    assert x.min() >= spec.low
    assert x.max() <= spec.high


def test_samples_of_data_without_bounds_have_no_bounds() -> None:
    generator = Affine(VECTORS)
    torch.nn.init.constant_(generator.affine.bias, 50.0)
    assert generator(torch.zeros(3, 4)).min() > 40
