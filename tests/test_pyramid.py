"""The layers and the channels of a pyramid of maps."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import ganzoo

SIZES = pytest.mark.parametrize("size", [(8, 8), (9, 14), (15, 31)])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((3, 16), [16, 32, 64]),
        ((4, 16, 50), [16, 32, 50, 50]),
        ((2, 16, 8), [8, 8]),
        ((3, 16, 100, 4), [16, 64, 100]),
        ((0, 16), []),
    ],
)
def test_each_level_has_more_channels_up_to_the_most(arguments, expected) -> None:
    assert ganzoo.level_widths(*arguments) == expected


@SIZES
def test_a_halving_rounds_down_and_leaves_no_pixel_out(size) -> None:
    x = torch.zeros(1, 2, *size, requires_grad=True)
    halved = ganzoo.halving(size)(x)
    assert halved.shape == (1, 2, size[0] // 2, size[1] // 2)
    halved.sum().backward()
    assert (x.grad > 0).all()


def test_a_halving_of_even_sides_is_the_mean_of_four_pixels() -> None:
    x = torch.arange(16.0).reshape(1, 1, 4, 4)
    assert ganzoo.halving((4, 4))(x).flatten().tolist() == [2.5, 4.5, 10.5, 12.5]


@SIZES
@pytest.mark.parametrize("bias", [True, False])
def test_a_doubling_is_the_transpose_of_a_strided_convolution(size, bias) -> None:
    double = ganzoo.doubling(3, 2, size, bias=bias).double()
    assert (double.bias is not None) == bias
    convolve = nn.Conv2d(2, 3, 4, 2, 1, bias=False).double()
    convolve.weight = double.weight
    large = torch.randn(1, 2, *size, dtype=torch.float64)
    small = torch.randn(1, 3, size[0] // 2, size[1] // 2, dtype=torch.float64)
    enlarged = double(small) - (0 if double.bias is None else double.bias[:, None, None])
    assert enlarged.shape == large.shape
    torch.testing.assert_close((convolve(large) * small).sum(), (large * enlarged).sum())
