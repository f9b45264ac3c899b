"""The picture and the file have the values of the samples."""

import json

import pytest
import torch
from ganzoo import Spec, UsageError

from view import Bars

SPEC = Spec((3,))
SAMPLES = torch.tensor([[0.0, 0.5, 1.0], [1.0, 1.0, 0.0]])


def test_a_row_of_the_picture_has_a_pixel_for_each_number() -> None:
    picture = Bars(SPEC, height=2).show(SAMPLES)
    assert picture.size == (3, 4)
    assert [picture.getpixel((column, 0)) for column in range(3)] == [0, 127, 255]
    assert [picture.getpixel((column, 3)) for column in range(3)] == [255, 255, 0]


def test_the_file_has_all_samples() -> None:
    assert json.loads(Bars(SPEC).encode(SAMPLES, ".json")) == SAMPLES.tolist()


def test_images_are_refused() -> None:
    with pytest.raises(UsageError, match="draws vectors, not"):
        Bars(Spec((1, 8, 8)))
