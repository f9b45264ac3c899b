"""A dataset names the view that shows and saves its samples, without the dataset too."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from torch import Tensor

import ganzoo
from ganzoo import Data, Dataset, Part, Spec, UsageError, View, hookimpl
from ganzoo.run.views import Images, Sequences, of_shape

from ..toy import ToyPlugin, registry_of
from .test_picture import UNBOUNDED, Linear


class Words(View):
    """Samples as JSON."""

    formats = (".json",)
    each = ".txt"
    behind = 3

    def __init__(self, spec: Spec, word: str = "none") -> None:
        super().__init__(spec)
        self.word = word

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        return Image.new("L", (len(samples), 1 if data is None else 1 + len(data)))

    def encode(self, samples: Tensor, suffix: str, columns: int | None = None) -> bytes:
        return json.dumps([self.word, len(samples)]).encode()

    def encode_one(self, sample: Tensor) -> bytes:
        return self.word.encode()


class Named(Dataset):
    """Vectors that name their view."""

    def load(self, root: Path, split: str) -> Data:
        view = Part("words", {"word": "hello"})
        return Data(torch.randn(20, 5), checksum="named", view=view)


@hookimpl
def ganzoo_register(registry) -> None:
    """This file is a plugin, too."""
    registry.generator("linear", Linear)
    registry.dataset("named", Named)
    registry.view("words", Words)


@pytest.fixture
def registry():
    return registry_of(toy=ToyPlugin(), named=sys.modules[__name__])


def test_the_view_of_a_run_travels_with_its_generator(train, registry, tmp_path) -> None:
    run = train(registry=registry, steps=1, dataset="named", generator="linear")
    assert run.config["dataset"]["view"] == {"name": "named:words", "options": {"word": "hello"}}
    with Image.open(run.samples / "step-000001.png") as picture:
        assert picture.size == (9, 4)  # nine samples, and three rows of the data
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(run.generator.read_bytes())
    view = ganzoo.load(alone, registry=registry).game.view
    assert json.loads(view.encode(torch.zeros(2, 5), ".json")) == ["hello", 2]


def test_the_shape_chooses_the_view_of_data_that_name_none() -> None:
    assert type(of_shape(Spec((3, 8, 8)))) is Images
    assert type(of_shape(Spec((2, 30), **UNBOUNDED))) is Sequences
    assert of_shape(Spec((7,), **UNBOUNDED)) is None


def test_a_view_refuses_samples_that_it_cannot_show() -> None:
    with pytest.raises(UsageError, match=r"'images' shows gray, RGB and RGBA.* shape \(7,\)"):
        Images(Spec((7,)))


@pytest.mark.parametrize("data", [None, torch.zeros(2, 2, 30)])
def test_sequences_are_plotted_even_if_they_are_not_finite(data: Tensor | None) -> None:
    view = Sequences(Spec((2, 30), **UNBOUNDED))
    samples = torch.full((3, 2, 30), float("nan"))
    assert view.show(samples, data=data).mode == "RGB"
