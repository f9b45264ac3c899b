"""A recipe that was tuned on some data has other settings on all other data, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganzoo import Part, Recipe, Registry
from ganzoo.assembly.overrides import adapted

from .conftest import Ganzoo
from .tools import config_of, tiny

REGISTRY = Registry.discover()
TUNED = ["vanilla-mlp", "vanilla-mlp-minimax", "dcgan", "wgan-gp", "r3gan", "stylegan2-small"]


def recipe(name: str) -> Recipe:
    return REGISTRY.recipe(name)


@pytest.mark.parametrize("name", TUNED)
@pytest.mark.parametrize(("dataset", "low"), [("mnist", 0), ("kmnist", 0), ("cifar10", -1)])
def test_the_range_is_that_of_the_data(name: str, dataset: str, low: float) -> None:
    assert adapted(recipe(name), [("dataset", dataset)]).low == low


def test_a_setting_that_somebody_gives_has_the_last_word() -> None:
    assert adapted(recipe("dcgan"), [("low", 0.5), ("dataset", "cifar10")]).low == 0.5


def test_a_recipe_that_was_not_tuned_is_left_as_it_is() -> None:
    plain = recipe("goodfellow-2014")
    assert adapted(plain, [("dataset", "cifar10")]) == plain.replace(dataset=Part("cifar10"))


def test_the_opening_line_and_the_run_say_so(ganzoo: Ganzoo, images: Path) -> None:
    output = " ".join(ganzoo(*tiny(images, steps=2, out="r")).stdout.split())
    assert "vanilla-mlp was tuned on another dataset; its settings" in output
    assert "are used: low=-1" in output
    assert config_of(Path("r"))["elsewhere"] == {"low": -1.0}
    assert config_of(Path("r"))["recipe"]["low"] == -1


def test_on_the_data_it_was_tuned_on_nothing_is_said(ganzoo: Ganzoo) -> None:
    said = ganzoo("train", "mixture", "--steps", "2", "--out", "r").stdout
    assert "was tuned on" not in said
    assert config_of(Path("r"))["elsewhere"] == {}
