"""One table of kinds: what can be registered, named in a recipe, and swapped, follows from it."""

from __future__ import annotations

import inspect

import click
import pytest

import ganzoo
from ganzoo import Recipe, UsageError
from ganzoo.cli.train import train as train_command
from ganzoo.recipe import KIND_OF, PART_LISTS
from ganzoo.registry.entries import Registrar
from ganzoo.registry.kinds import KINDS, SWAPPED, base_classes, kind_of
from ganzoo.training.request import named_changes


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "recipe"])
def test_a_registrar_has_a_method_for_every_kind(kind: str) -> None:
    registrar = Registrar("mine")
    getattr(registrar, kind)("one", "module:Class", summary="A thing", paper="arXiv:1")
    (entry,) = registrar.entries
    assert (entry.kind, entry.name, entry.plugin) == (kind, "one", "mine")
    assert (entry.target, entry.summary, entry.paper) == ("module:Class", "A thing", "arXiv:1")


def test_a_registrar_has_no_other_method() -> None:
    with pytest.raises(AttributeError, match=r"no kind 'penalti' of component.*'penalty'"):
        Registrar("mine").penalti("one", "module:Class")
    with pytest.raises(UsageError, match=r"no kind 'penalti' of component.*'penalty'"):
        kind_of("penalti")


def test_every_field_of_the_table_is_one_of_a_recipe_and_names_that_kind() -> None:
    for kind in KINDS.values():
        if kind.field:
            assert kind.field in Recipe.__struct_fields__
            assert KIND_OF[kind.field] == kind.name
        if kind.several:
            assert kind.field in PART_LISTS


def test_the_command_has_an_option_for_every_kind_that_can_be_swapped() -> None:
    options = {p.name: p for p in train_command.params if isinstance(p, click.Option)}
    for option, kind in SWAPPED.items():
        assert options[option].opts == [f"--{option}"]
        assert options[option].help == kind.help
        assert options[option].multiple == kind.several
        assert (f"no_{option}" in options) == kind.several


@pytest.mark.parametrize("option", SWAPPED)
def test_train_takes_every_kind_that_can_be_swapped_by_name(option: str) -> None:
    field = SWAPPED[option].field
    path = f"{field}+" if SWAPPED[option].several else field
    assert named_changes({option: "name"}) == [(path, "name")]
    assert named_changes({option: None}) == []
    parameters = inspect.signature(ganzoo.train).parameters
    assert option not in parameters  # taken by **components
    assert any(p.kind is p.VAR_KEYWORD for p in parameters.values())


def test_lists_are_cleared_before_they_are_added_to() -> None:
    assert named_changes({"penalty": ["r1"]}, ["penalty"]) == [
        *(("penalties", []), ("penalties+", ["r1"]))
    ]


def test_base_classes_are_the_public_ones() -> None:
    classes = base_classes()
    assert classes["loss"] is ganzoo.Loss
    assert classes["augmentation"] is ganzoo.Augmentation
    assert classes["schedule"] is ganzoo.Schedule
    assert "optimizer" not in classes  # any callable that returns one of torch's
    assert {*classes} | {"recipe", "optimizer"} == {*KINDS}
