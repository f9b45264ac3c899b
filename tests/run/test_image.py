"""``ganzoo.grid``: samples as one image."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ganzoo import Spec, UsageError
from ganzoo.run.image import grid


def test_images_are_put_into_a_square_grid() -> None:
    picture = grid(torch.zeros(4, 1, 8, 8))
    assert (picture.mode, picture.size) == ("L", (22, 22))  # two images and three gaps of 2
    assert grid(torch.zeros(4, 3, 8, 8), columns=4).size == (42, 12)
    assert grid(torch.zeros(4, 3, 8, 8)).mode == "RGB"


def test_one_image_and_an_array_are_drawn_too() -> None:
    assert grid(torch.zeros(1, 8, 8)).size == (12, 12)
    assert grid(np.zeros((2, 1, 8, 8), dtype=np.float32)).size == (22, 12)


@pytest.mark.parametrize(
    ("samples", "spec", "pixel"),
    [
        (torch.full((1, 1, 2, 2), 0.5), Spec((1, 2, 2), low=0.0), 128),
        (torch.full((1, 1, 2, 2), 0.5), Spec((1, 2, 2)), 191),
        (torch.full((1, 1, 2, 2), 0.5), None, 128),
        (torch.tensor([[[[-1.0, 0.0], [0.0, 0.0]]]]), None, 0),
        (torch.full((1, 1, 2, 2), 7, dtype=torch.uint8), None, 7),
        (torch.full((1, 1, 2, 2), 7 * 257, dtype=torch.uint16), None, 7),
    ],
    ids=["[0, 1]", "[-1, 1]", "no pixel below 0", "a pixel below 0", "uint8", "uint16"],
)
def test_the_range_of_the_pixels(samples: torch.Tensor, spec: Spec | None, pixel: int) -> None:
    assert grid(samples, spec).getpixel((2, 2)) == pixel


@pytest.mark.parametrize("dim", [1, 2])
def test_points_are_plotted(dim: int) -> None:
    spec = Spec((dim,), low=-math.inf, high=math.inf)
    alone = grid(torch.randn(50, dim), spec)
    over_data = grid(torch.zeros(50, dim), data=torch.randn(50, dim))
    assert alone.size == over_data.size == (600, 600)


def test_what_cannot_be_drawn_is_refused() -> None:
    with pytest.raises(UsageError, match=r"shape \(5,\) cannot be drawn"):
        grid(torch.zeros(3, 5))
    with pytest.raises(UsageError, match="no sample"):
        grid(torch.zeros(0, 1, 2, 2))
    with pytest.raises(UsageError, match="1 column or more"):
        grid(torch.zeros(2, 1, 2, 2), columns=0)
    with pytest.raises(UsageError, match=r"the shape \(1, 2, 2\), not \(1, 4, 4\)"):
        grid(torch.zeros(2, 1, 2, 2), Spec((1, 4, 4)))
