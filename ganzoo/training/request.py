"""A training as somebody asks for it: the changes of its recipe, its data, its length."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganzoo.assembly.build import component
from ganzoo.assembly.overrides import Change
from ganzoo.data.files import data_dir
from ganzoo.engine.game import Game
from ganzoo.errors import DataUnavailable, UsageError, near
from ganzoo.interfaces import Dataset
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.registry.kinds import SWAPPED
from ganzoo.types import Data

LOOKED_AT = 10_000  # steps of a game, to find how many batches it reads


def named_changes(
    components: Mapping[str, str | Sequence[str] | None], without: Iterable[str] = ()
) -> list[Change]:
    """The changes of a recipe that components named by kind stand for; ``without``: the kinds of
    which the recipe's own are left out first. Raises UsageError for a kind that cannot be named."""
    lists = [option for option, kind in SWAPPED.items() if kind.several]
    for option in (*components, *without):
        known = SWAPPED if option in components else lists
        if option not in known:
            raise UsageError(f"There is no component {option!r} to choose. {near(option, known)}")
    changes: list[Change] = [(SWAPPED[option].field, []) for option in without]
    for option, names in components.items():
        kind = SWAPPED[option]
        if names is not None:
            changes.append((f"{kind.field}+" if kind.several else kind.field, names))
    return changes


@dataclass(frozen=True)
class Request:
    """How a recipe is to be run: all that is not a part of the recipe. ``asked_data``: whether the
    dataset was asked for by name, so that nothing else may stand in for it."""

    device: str
    seed: int
    asked_data: bool
    data_root: str | Path | None


def load_data(recipe: Recipe, registry: Registry, request: Request) -> tuple[Recipe, Data]:
    """The training data, and the recipe, naming the dataset that stood in where one did."""
    root = data_dir(request.data_root)
    dataset: Dataset = component("dataset", recipe.dataset, registry)
    try:
        return recipe, dataset.load(root, dataset.splits[0])
    except DataUnavailable as error:
        if request.asked_data or not dataset.fallback:
            raise
        stand_in = Part(registry.get("dataset", dataset.fallback).qualified)
        data = component("dataset", stand_in, registry).load(root, dataset.splits[0])
        warnings.warn(
            f"TRAINING ON {stand_in.bare}, NOT ON {recipe.dataset.bare}: {error}", stacklevel=2
        )
        return recipe.replace(dataset=stand_in), data


def asks_for_data(paths: Iterable[str]) -> bool:
    """Whether changes of a recipe at these paths ask for a dataset by name."""
    return any(path in ("dataset", "dataset.name", "recipe") for path in paths)


def steps_of(epochs: int, count: int, recipe: Recipe, game: Game) -> int:
    """How many steps show the discriminator every sample ``epochs`` times. The first steps are
    looked at one by one, since games may begin otherwise than they go on; beyond them as many
    batches are read on average as in the last thousands of them."""
    if epochs < 1:
        raise UsageError(f"epochs must be at least 1, not {epochs}.")
    wanted = -(-epochs * count // recipe.batch_size)  # batches
    read = [0]  # batches after so many steps
    for step in range(1, LOOKED_AT + 1):
        batches = sum(game.reads(players) for players in game.updates(step))
        read.append(read[-1] + max(batches, 1))  # the first update always reads one
        if read[-1] >= wanted:
            return step
    recent = read[-1] - read[LOOKED_AT // 2]
    return LOOKED_AT + -(-(wanted - read[-1]) * (LOOKED_AT // 2) // recent)
