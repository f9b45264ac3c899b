"""A command that repeats a training with another loss."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import suppress

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.recipe import Part
from ganzoo.registry import Entry, Registry
from ganzoo.run import Run
from ganzoo.run.provenance import recipe_of
from ganzoo.sampling.load import spec_of

DROPPED = ("--loss", "--out")  # with their values
FLAGS = ("--profile",)


def next_experiment(run: Run, registry: Registry) -> str | None:
    """The command line that trained the run, with another loss that fits its game. None if the run
    was not trained by a command, if its command sets options of its loss, or if no other loss
    fits."""
    words = list(run.config["command"])
    if words[:1] not in (["ganzoo"], ["torchrun"]) or "train" not in words:
        return None
    if any(word.removeprefix("--set=").startswith("loss") for word in words):
        return None
    loss = _another_loss(run, registry)
    return None if loss is None else shlex.join([*_kept(words), "--loss", loss])


def _another_loss(run: Run, registry: Registry) -> str | None:
    """A loss that fits the run's game, preferably of the plugin of the run's own loss, and then one
    that is the loss of a recipe: others are made to be added to a loss."""
    recipe, spec = recipe_of(run.config), spec_of(run.config)
    plugin, of_recipes = recipe.loss.name.rpartition(":")[0], _of_recipes(registry)
    others = [entry for entry in registry.entries("loss") if entry.qualified != recipe.loss.name]

    def order(entry: Entry) -> tuple[bool, bool, str]:
        return entry.plugin != plugin, entry.qualified not in of_recipes, entry.name

    for entry in sorted(others, key=order):
        try:
            with rng.kept():
                build(recipe.replace(loss=Part(entry.qualified)), spec, registry)
        except Exception:  # whatever a plugin raises: the training was a success
            continue
        return _written(entry, others)
    return None


def _of_recipes(registry: Registry) -> set[str]:
    """The losses of the registered recipes."""
    found = set()
    for entry in registry.entries("recipe"):
        with suppress(Exception):  # whatever a plugin raises
            loss = registry.recipe(entry.qualified).loss
            found.add(registry.get("loss", loss.name).qualified)
    return found


def _written(entry: Entry, others: Sequence[Entry]) -> str:
    """The name of a component; with its plugin, if other plugins have the name too."""
    same = [other for other in others if other.name == entry.name]
    return entry.name if len(same) == 1 else entry.qualified


def _kept(words: Sequence[str]) -> Iterator[str]:
    """The words of a command without the options that do not belong in its repetition."""
    value = False  # whether the word is the value of a dropped option
    for word in words:
        dropped = value or word in FLAGS or word.partition("=")[0] in DROPPED
        value = not value and word in DROPPED
        if not dropped:
            yield word
