"""The discriminator gives one raw score for each image."""

import math

import pytest
import torch
from ganzoo import Spec, UsageError

from discriminator import Conv


@pytest.mark.parametrize("shape", [(1, 28, 28), (3, 32, 48)])
def test_each_image_has_one_score(shape) -> None:
    assert Conv(Spec(shape), channels=4)(torch.randn(5, *shape)).shape == (5,)


def test_a_score_has_no_bounds() -> None:
    discriminator = Conv(Spec((1, 8, 8)), channels=4)
    torch.nn.init.constant_(discriminator.body[-1].bias, -50.0)
    assert discriminator(torch.zeros(3, 1, 8, 8)).max() < -40


def test_vectors_are_refused() -> None:
    with pytest.raises(UsageError, match="images"):
        Conv(Spec((2,), low=-math.inf, high=math.inf))
