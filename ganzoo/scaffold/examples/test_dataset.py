"""The pictures agree with their labels."""

from pathlib import Path

import pytest
import torch
from ganzoo import Data, UsageError

from dataset import Bars


def load(split: str = "train") -> Data:
    return Bars(count=200).load(Path(), split)


def test_bars_are_vertical_or_horizontal_by_their_labels() -> None:
    data = load()
    assert data.x.shape == (200, 1, 16, 16)
    assert data.x.dtype == torch.uint8
    assert (data.x[data.y == 0] == data.x[data.y == 0][:, :, :1]).all()
    assert (data.x[data.y == 1] == data.x[data.y == 1][:, :, :, :1]).all()
    assert (data.x == 255).float().mean().item() == pytest.approx(0.3, abs=0.03)


def test_a_split_is_the_same_each_time_and_differs_from_the_other() -> None:
    assert torch.equal(load().x, load().x)
    assert not torch.equal(load().x, load("test").x)


def test_an_unknown_split_is_refused() -> None:
    with pytest.raises(UsageError, match="no split 'spare'"):
        load("spare")
