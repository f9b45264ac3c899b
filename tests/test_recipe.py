"""A recipe is data: it is written, read back, and refuses what makes no sense."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given

from ganzoo import SGD, Adam, Constant, Cosine, Exponential, Linear, Part, Recipe, Registry, RMSprop
from ganzoo.recipe import from_dict, to_dict

from .recipes import RECIPES
from .toy import TOY


@given(RECIPES)
def test_what_is_written_reads_back_the_same(recipe: Recipe) -> None:
    assert from_dict(json.loads(json.dumps(to_dict(recipe)))) == recipe


def test_every_installed_recipe_reads_back_the_same() -> None:
    registry = Registry.discover()
    entries = registry.entries("recipe")
    assert entries
    for entry in entries:
        recipe = registry.recipe(entry.qualified)
        assert from_dict(to_dict(recipe)) == recipe
        written = json.dumps(to_dict(recipe))
        assert json.dumps(to_dict(from_dict(json.loads(written)))) == written


def test_parts_are_written_flat() -> None:
    recipe = TOY.replace(
        generator=Part("mlp", {"hidden": [3]}), penalties=(Part("r1", {"gamma": 2}),)
    )
    plain = to_dict(recipe)
    assert plain["generator"] == {"name": "mlp", "hidden": [3]}
    assert plain["penalty"] == [{"name": "r1", "gamma": 2}]
    assert plain["loss"] == {"name": "toy"}


def test_a_part_may_be_read_as_a_bare_name() -> None:
    plain = {**to_dict(TOY), "generator": "mlp", "penalty": ["r1"]}
    recipe = from_dict(plain)
    assert recipe.generator == Part("mlp")
    assert recipe.penalties == (Part("r1"),)


def test_but_makes_a_new_recipe_and_leaves_the_old() -> None:
    assert TOY.replace(steps=99).steps == 99
    assert TOY.steps == 6
    with pytest.raises(AttributeError):
        TOY.steps = 3


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("steps", 0, ">= 1"),
        ("steps", -5, ">= 1"),
        ("steps", 1.5, "int"),
        ("steps", True, "bool"),
        ("steps", "many", "int"),
        ("batch_size", 0, ">= 1"),
        ("ema", 1.0, "< 1"),
        ("ema", -0.1, ">= 0"),
        ("ema", math.nan, ">= 0"),
        ("low", 1.0, "must be less than high"),
        ("low", math.nan, "must be less than high"),
        ("high", math.inf, "both finite"),
        ("log_every", 0, ">= 1"),
        ("optimizer", {"d": {"name": "adam", "lr": 0}}, "> 0"),
        ("optimizer", {"d": {"name": "adam", "lr": math.nan}}, "> 0"),
        ("optimizer", {"d": {"name": "adam", "betas": [0.5]}}, "length 2"),
        ("optimizer", {"d": {"name": "adam", "betas": [0.5, 1.0]}}, "< 1"),
        ("optimizer", {"d": {"name": "sgd", "momentum": 1}}, "< 1"),
        ("optimizer", {"d": {"name": "sgd", "betas": [0, 0]}}, "betas"),
        ("optimizer", {"d": {"name": "sgd", "nesterov": True}}, "nesterov needs a momentum"),
        ("name", "../mine", "regex"),
        ("name", "", "regex"),
        ("optimizer", {"d": {"name": "newton"}}, "newton"),
        ("optimizer", {"d": {"lr": 1}}, "name"),
        ("optimizer", {"d": {"name": "sgd", "schedule": {"name": "linear"}}}, "end"),
        ("generator", {"hidden": [3]}, "component's name"),
        ("generator", 3, "component's name"),
        ("penalty", {"r1": {}}, "array"),
        ("colour", "red", "colour"),
    ],
)
def test_what_makes_no_sense_is_refused(field: str, value, message: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        from_dict({**to_dict(TOY), field: value})


@pytest.mark.parametrize("kind", [Adam, SGD, RMSprop, Constant])
def test_an_optimizer_is_closed_to_settings_it_does_not_have(kind: type) -> None:
    with pytest.raises(TypeError, match="speed"):
        kind(speed=3)


def test_a_constant_schedule_stays() -> None:
    assert [Constant().at(step, 0.3) for step in (0, 1, 10**6)] == [0.3] * 3


def test_a_linear_schedule_runs_from_the_base_to_its_end() -> None:
    schedule = Linear(start=100, end=300, to=0.7)
    values = [schedule.at(step, 0.5) for step in (0, 100, 150, 200, 300, 10**6)]
    assert values == pytest.approx([0.5, 0.5, 0.55, 0.6, 0.7, 0.7])


def test_a_linear_schedule_ends_at_zero_by_default() -> None:
    assert [Linear(end=4).at(step, 1.0) for step in range(6)] == [1, 0.75, 0.5, 0.25, 0, 0]


def test_a_cosine_schedule_follows_half_a_cosine() -> None:
    schedule = Cosine(start=10, end=50, to=0.2)
    at = {0: 1.0, 10: 1.0, 30: 0.6, 50: 0.2, 99: 0.2}
    at[20] = 0.2 + 0.8 * (1 + math.sqrt(0.5)) / 2  # a quarter of the way: cos 45 degrees
    for step, value in at.items():
        assert schedule.at(step, 1.0) == pytest.approx(value)


def test_an_exponential_schedule_divides_every_round_down_to_its_floor() -> None:
    schedule = Exponential(factor=2, floor=0.1)
    assert [schedule.at(step, 0.8) for step in range(5)] == pytest.approx([0.8, 0.4, 0.2, 0.1, 0.1])


def test_an_exponential_schedule_lasts_for_any_number_of_rounds() -> None:
    assert Exponential(factor=1.000004, floor=1e-6).at(10**8, 0.1) == 1e-6
    assert Exponential(factor=2).at(5000, 0.1) == 0


@pytest.mark.parametrize("factor", [1.0, 0.5])
def test_an_exponential_schedule_must_decay(factor: float) -> None:
    sgd = {"name": "sgd", "schedule": {"name": "exponential", "factor": factor}}
    with pytest.raises(msgspec.ValidationError, match="> 1"):
        from_dict({**to_dict(TOY), "optimizer": {"d": sgd}})
