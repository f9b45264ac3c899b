"""Images with transparency: pictures of samples show them on white, and single samples keep it."""

from __future__ import annotations

import numpy as np
import torch
from PIL import Image

from ganzoo import Spec, grid
from ganzoo.run import picture
from ganzoo.run.views import Images

SPEC = Spec((4, 2, 2), low=0.0, high=1.0)


def half_clear() -> torch.Tensor:
    """A red image whose opacity is 0, 1, 0.5 and 1."""
    colour = torch.tensor([1.0, 0.0, 0.0])[:, None, None].expand(3, 2, 2)
    return torch.cat([colour, torch.tensor([[[0.0, 1.0], [0.5, 1.0]]])])


def test_a_grid_shows_them_on_white() -> None:
    shown = np.asarray(grid(half_clear()[None], SPEC))[2:4, 2:4]
    assert shown.shape == (2, 2, 3)
    assert shown[0].tolist() == [[255, 255, 255], [255, 0, 0]]
    assert shown[1, 0].tolist() == [255, 127, 127]


def test_a_picture_of_them_can_be_a_jpeg(tmp_path) -> None:
    for name in ("grid.png", "grid.jpg", "grid.webp"):
        assert picture.write(tmp_path / name, half_clear()[None], Images(SPEC))
        assert Image.open(tmp_path / name).mode == "RGB"


def test_a_single_sample_keeps_its_transparency(tmp_path) -> None:
    (tmp_path / "one.png").write_bytes(Images(SPEC).encode_one(half_clear()))
    with Image.open(tmp_path / "one.png") as image:
        assert image.mode == "RGBA"
        assert np.asarray(image)[..., 3].tolist() == [[0, 255], [128, 255]]
