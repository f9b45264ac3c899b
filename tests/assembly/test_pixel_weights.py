"""A recipe at another size than the one that it was tuned for says how its penalties scale."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Data, Registry
from ganzoo.assembly.overrides import adapted
from ganzoo.assembly.pixel_weights import scaled_weights

REGISTRY = Registry.discover()


def said(name: str, *size: int, **changes) -> str:
    tuned = REGISTRY.recipe(name)
    pairs = [(path.replace("__", "."), value) for path, value in changes.items()]
    used = adapted(tuned, [*pairs, ("dataset", "cifar10")])
    data = Data(torch.zeros(2, 1, *size, dtype=torch.uint8))
    return " ".join(scaled_weights(tuned, used, data, pairs, REGISTRY))


def test_four_times_the_pixels_are_four_times_the_weight() -> None:
    text = said("r3gan", 56, 56)
    assert "r3gan was tuned on images of 28x28 in batches of 32." in text
    assert "images of 56x56 in batches of 32" in text
    assert "--set penalties.r1.gamma=4 --set penalties.r2.gamma=4" in text


def test_twice_the_batch_is_half_the_weight() -> None:
    assert "--set penalties.r1.gamma=2 " in said("r3gan", 56, 56, batch_size=64)


def test_images_that_are_not_square_count_by_their_pixels() -> None:
    assert "--set penalties.r1.gamma=8.8 " in said("r3gan", 72, 96)


def test_the_ends_of_a_schedule_are_scaled() -> None:
    text = said("r3gan-scheduled", 56, 56)
    assert "penalties.r1.gamma.start=4 --set penalties.r1.gamma.end=0.4 " in text


def test_it_is_the_rule_of_the_paper() -> None:
    """gamma = 0.0002 * pixels / batch at one size gives gamma by the same rule at another."""
    tuned = REGISTRY.recipe("r3gan")
    rule = 0.0002 * 28 * 28 / 32
    penalties = [{"name": "r1", "gamma": rule}]
    tuned = adapted(tuned, [("penalties", penalties)])
    data = Data(torch.zeros(2, 3, 256, 256, dtype=torch.uint8))
    used = tuned.replace(batch_size=16)
    (text,) = scaled_weights(tuned, used, data, [], REGISTRY)
    assert f"penalties.r1.gamma={0.0002 * 256 * 256 / 16:.2g}`" in text


@pytest.mark.parametrize("size", [(28, 28), (32, 32), (24, 24)])
def test_nothing_is_said_at_about_the_same_size(size: tuple[int, int]) -> None:
    assert said("r3gan", *size) == ""


@pytest.mark.parametrize("name", ["dcgan", "fastgan", "vanilla-mlp", "wgan-gp"])
def test_nothing_is_said_of_a_recipe_without_such_a_weight(name: str) -> None:
    assert said(name, 128, 128) == ""


def test_nothing_is_said_of_a_weight_that_the_user_gave() -> None:
    text = said("r3gan", 56, 56, penalties__r1__gamma=1.0)
    assert "r1" not in text
    assert "penalties.r2.gamma=4" in text
    assert said("r3gan", 56, 56, penalties=["r1"]) == ""


@pytest.mark.parametrize("side", [28, 56])
def test_a_weight_that_is_computed_from_the_size_begins_with_that_of_the_recipe(side: int) -> None:
    text = said("r3gan", side, side, penalties__r1__by_size=True)
    assert text.count("penalties.r1.gamma") == 1
    gamma = float(text.partition("penalties.r1.gamma=")[2].partition("`")[0])
    assert gamma * 28 * 28 / 32 == pytest.approx(1.0, rel=0.02)
    assert ("penalties.r2.gamma=4" in text) == (side == 56)


def test_nothing_is_said_of_a_weight_for_each_pixel_that_the_user_gave() -> None:
    asked = {"penalties__r1__by_size": True, "penalties__r1__gamma": 0.1}
    assert said("r3gan", 28, 28, **asked) == ""


@pytest.mark.parametrize("name", ["stylegan2-ada", "stylegan2-small"])
def test_nothing_is_said_of_a_recipe_with_the_rule_itself(name: str) -> None:
    assert said(name, 256, 256) == ""


def test_nothing_is_said_of_vectors() -> None:
    tuned, data = REGISTRY.recipe("r3gan"), Data(torch.zeros(2, 9))
    assert [*scaled_weights(tuned, tuned, data, [], REGISTRY)] == []
