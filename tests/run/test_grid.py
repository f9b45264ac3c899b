"""Pictures of samples, pixel by pixel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import ganzoo
from ganzoo import Spec
from ganzoo.run import grid, picture
from ganzoo.run.views import Images, of_shape
from ganzoo.types import scale

GRAY = Spec((1, 2, 3), low=-1, high=1)


def pixels(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def test_values_become_bytes_over_the_whole_range() -> None:
    values = torch.tensor([-1.0, 0.0, 1.0, -3.0, 3.0, 0.999]).reshape(1, 1, 2, 3)
    assert grid.to_bytes(values, GRAY).flatten().tolist() == [0, 128, 255, 0, 255, 255]
    unit = Spec((1, 2, 3), low=0, high=1)
    values = torch.tensor([0, 0.5, 1, 1 / 255, 254 / 255, 2]).reshape(1, 1, 2, 3)
    assert grid.to_bytes(values, unit).flatten().tolist() == [0, 128, 255, 1, 254, 255]


def test_bytes_survive_the_way_there_and_back() -> None:
    every = torch.arange(256, dtype=torch.uint8).reshape(1, 1, 16, 16)
    for low, high in ((-1.0, 1.0), (0.0, 1.0), (-3.0, 5.0)):
        spec = Spec((1, 16, 16), low=low, high=high)
        assert torch.equal(grid.to_bytes(scale(every, spec), spec), every)


def test_sixteen_bits_survive_the_way_there_and_back() -> None:
    every = torch.arange(65536, dtype=torch.int32).to(torch.uint16).reshape(1, 1, 256, 256)
    for low, high in ((-1.0, 1.0), (0.0, 1.0)):
        spec = Spec((1, 256, 256), low=low, high=high, depth=16)
        assert torch.equal(grid.to_pixels(scale(every, spec), spec), every)
    eight = torch.arange(256, dtype=torch.uint8)
    assert torch.equal(grid.eight_bits((eight.int() * 257).to(torch.uint16)), eight)


def test_a_png_has_the_depth_of_the_data_only_where_asked(tmp_path: Path) -> None:
    spec = Spec((1, 2, 3), low=0, high=1, depth=16)
    samples = torch.full((1, 1, 2, 3), 1000.0 / 65535)
    view = Images(spec)
    (tmp_path / "deep.png").write_bytes(view.encode(samples, ".png"))
    assert pixels(tmp_path / "deep.png")[2, 2] == 1000
    picture.write(tmp_path / "shown.png", samples, view)
    assert pixels(tmp_path / "shown.png")[2, 2] == 4
    (tmp_path / "one.png").write_bytes(view.encode_one(samples[0]))
    assert (pixels(tmp_path / "one.png") == 1000).all()


def test_a_grid_of_gray_images_in_reading_order(tmp_path: Path) -> None:
    levels = torch.tensor([-1.0, -0.5, 0.0, 0.5, 1.0])
    samples = levels[:, None, None, None].expand(5, 1, 2, 3)
    shown = pixels(picture.write(tmp_path / "a.png", samples, Images(GRAY), columns=3))
    assert shown.shape == (2 * (2 + 2) + 2, 3 * (3 + 2) + 2)
    expected = np.zeros((10, 17), dtype=np.uint8)
    for index, level in enumerate([0, 64, 128, 191, 255]):
        row, column = 2 + 4 * (index // 3), 2 + 5 * (index % 3)
        expected[row : row + 2, column : column + 3] = level
    assert np.array_equal(shown, expected)  # the sixth cell is empty


def test_a_grid_of_colour_images(tmp_path: Path) -> None:
    spec = Spec((3, 2, 2), low=0, high=1)
    samples = torch.zeros(2, 3, 2, 2)
    samples[0, 0] = 1  # red
    samples[1, 2, 0, 1] = 1  # one blue pixel
    shown = pixels(picture.write(tmp_path / "a.png", samples, Images(spec)))
    assert shown.shape == (6, 10, 3)
    assert (shown[2:4, 2:4] == (255, 0, 0)).all()
    assert shown[2, 7].tolist() == [0, 0, 255]
    assert shown.sum() == 4 * 255 + 255


@pytest.mark.parametrize(("count", "side"), [(1, 1), (4, 2), (9, 3), (64, 8), (10, 4)])
def test_a_grid_is_square_by_default(count: int, side: int) -> None:
    picture = grid.tile(torch.zeros(count, 1, 1, 1, dtype=torch.uint8), gap=0)
    assert picture.shape == (1, -(-count // side), side)


@pytest.mark.parametrize(
    "spec", [Spec((5,)), Spec((2, 4, 4)), Spec((1, 2, 2), low=float("-inf"), high=float("inf"))]
)
def test_samples_that_no_file_can_show_are_not_drawn(tmp_path: Path, spec: Spec) -> None:
    assert picture.write(tmp_path / "a.png", torch.zeros(2, *spec.shape), of_shape(spec)) is None
    assert not [*tmp_path.iterdir()]


def test_the_picture_of_a_run_is_of_its_generators_samples(train, registry) -> None:
    run = train(steps=4, seed=3)
    trained = ganzoo.load(run, registry=registry)
    expected = grid.tile(grid.to_bytes(trained.sample(9, seed=3), trained.spec))
    picture = pixels(run.samples / "step-000004.png")
    assert np.array_equal(picture, expected[0].numpy())
    assert picture.std() > 0
