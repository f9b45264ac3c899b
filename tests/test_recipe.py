"""A recipe is data: it is written, read back, and refuses what makes no sense."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given

from ganzoo import Part, Recipe, Registry
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
    assert plain["penalties"] == [{"name": "r1", "gamma": 2}]
    assert plain["loss"] == {"name": "toy"}


def test_a_part_may_be_read_as_a_bare_name() -> None:
    plain = {**to_dict(TOY), "generator": "mlp", "penalties": ["r1"]}
    recipe = from_dict(plain)
    assert recipe.generator == Part("mlp")
    assert recipe.penalties == (Part("r1"),)


def test_replace_makes_a_new_recipe_and_leaves_the_old() -> None:
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
        ("name", "../mine", "regex"),
        ("name", "", "regex"),
        ("optimizer", {"d": {"lr": 1}}, "component's name.*optimizer.d"),
        ("optimizer", ["adam"], "object"),
        ("networks", {"encoder": 3}, "component's name.*networks.encoder"),
        ("networks", "mlp", "object"),
        ("game", [], "one game at least"),
        ("generator", {"hidden": [3]}, "component's name"),
        ("generator", 3, "component's name"),
        ("penalties", {"r1": {}}, "array"),
        ("colour", "red", "colour"),
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(field: str, value, message: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=message):
        from_dict({**to_dict(TOY), field: value})


def test_a_game_may_be_one_part_or_several() -> None:
    one, both = Part("standard", {"d_updates": 2}), (Part("a"), Part("b"))
    assert TOY.replace(game=one).game == (one,)
    assert from_dict({**to_dict(TOY), "game": {"name": "standard", "d_updates": 2}}).game == (one,)
    assert from_dict({**to_dict(TOY), "game": ["a", {"name": "b"}]}).game == both


def test_a_bound_name_has_a_bare_one() -> None:
    assert [Part(name).bare for name in ("mlp", "vanilla-mlp:mlp")] == ["mlp", "mlp"]


def test_the_parts_of_a_recipe_come_with_their_kind_and_path() -> None:
    recipe = TOY.replace(
        penalties=(Part("r1:r1"),), extra_losses=(Part("mi"),), game=(Part("a"), Part("b"))
    )
    paths = [(kind, path) for kind, path, _ in recipe.parts()]
    assert paths == [
        *(("generator", "generator"), ("discriminator", "discriminator"), ("loss", "loss")),
        *(("prior", "prior"), ("dataset", "dataset"), ("loss", "extra_losses.mi")),
        *(("penalty", "penalties.r1"), ("game", "game.a"), ("game", "game.b")),
        *(("optimizer", "optimizer.d"), ("optimizer", "optimizer.g")),
    ]
