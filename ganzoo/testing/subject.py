"""The component under examination, and the registry and the data of its checks."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from ganzoo.assembly.build import component
from ganzoo.assembly.signature import REQUIRED, options_of
from ganzoo.errors import GanzooError
from ganzoo.recipe import Part, Recipe, Variant
from ganzoo.registry import Registry
from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS
from ganzoo.testing.dummies import STAND_INS, tiny
from ganzoo.testing.findings import Moot, Skipped, place_of
from ganzoo.testing.offline import load_here
from ganzoo.types import Data, Spec

T = TypeVar("T")
ROWS = 64  # of a recipe's dataset in a check
RATE = 1e-3  # of an optimizer that has no default
BATCH = 16  # samples at least; a batch divides that of the recipe, for packing


class Rehearsal:
    """The registry of a check, with the stand-ins, and the datasets that were loaded from it.

    ``registry`` has no hooks, so that observers are not called. ``original``: the registry without
    the stand-ins.
    """

    def __init__(self, registry: Registry) -> None:
        self.original = registry
        self.registry = Registry(plugins=[*registry.plugins, STAND_INS])
        self._data: dict[str, Data | None] = {}

    def recipes(self, entry: Entry) -> list[Recipe]:
        """Every readable recipe; recipes of the component's own plugin come first."""
        recipes = []
        for other in self.registry.entries("recipe"):
            try:
                recipe = self.registry.recipe(other.qualified)
            except GanzooError:  # the check of this recipe reports it
                continue
            recipes.append((other.plugin != entry.plugin, recipe))
        return [recipe for _, recipe in sorted(recipes, key=lambda pair: pair[0])]

    def data(self, part: Part) -> Data | None:
        """The first rows of a dataset; None if it is not on this machine."""
        key = repr(part)
        if key not in self._data:
            try:
                dataset = component("dataset", part, self.registry)
                self._data[key] = load_here(dataset, dataset.splits[0]).first(ROWS)
            except (Skipped, GanzooError, OSError):
                self._data[key] = None
        return self._data[key]


def small(recipe: Recipe) -> Recipe:
    """The recipe with small batches and few steps."""
    micro = math.lcm(*(int(p.options.get("accumulate", 1)) for p in recipe.optimizer.values()))
    divisors = (n for n in range(BATCH, recipe.batch_size + 1) if recipe.batch_size % n == 0)
    size = next((n for n in divisors if n % micro == 0), recipe.batch_size)
    return recipe.replace(steps=4, batch_size=size, samples=8, log_every=1)


# Data for a recipe whose own dataset is not on this machine: the first that the recipe accepts.
MADE_UP = {
    "made-up gray 28x28 with 10 labels": tiny(Spec((1, 28, 28), classes=10)),
    "made-up colour 32x32": tiny(Spec((3, 32, 32))),
    "made-up 2-D vectors": tiny(Spec((2,), low=-math.inf, high=math.inf)),
}


class Subject:
    """One component under examination; or a plugin: then the kind of ``entry`` is "plugin", and its
    target is the Plugin."""

    def __init__(self, entry: Entry, rehearsal: Rehearsal) -> None:
        self.entry, self.rehearsal = entry, rehearsal
        self._results: dict[Any, Any] = {}

    @property
    def registry(self) -> Registry:
        return self.rehearsal.registry

    @cached_property
    def target(self) -> Any:
        """The class, function or recipe. Raises Moot if there is none: the rule `resolves` reports
        it."""
        if self.entry.kind == "plugin":
            return self.entry.target
        problem, target = resolved(self.entry)
        if problem:
            raise Moot(problem)
        return target

    @cached_property
    def place(self) -> str:
        """The source of the component, file:line."""
        try:
            return place_of(self.target)
        except Moot:
            return ""

    @property
    def part(self) -> Part:
        """The component in a recipe, as plugin:name, which no other component has; an optimizer
        without a default learning rate gets one."""
        return Part(self.entry.qualified, self._rate())

    def _rate(self) -> dict[str, float]:
        if self.entry.kind != "optimizer":
            return {}
        lr = options_of(self.target, "optimizer").get("lr")
        return {"lr": RATE} if lr is not None and lr.default is REQUIRED else {}

    def own_data(self) -> Iterator[tuple[Part, Data]]:
        """The first rows of each dataset of the component's plugin, with its default options and
        with those of the plugin's recipes; without datasets that are not on this machine."""
        entries = self.registry.entries("dataset")
        own = [entry for entry in entries if entry.plugin == self.entry.plugin]
        names = {name for entry in own for name in (entry.name, entry.qualified)}
        parts = [Part(entry.qualified) for entry in own]
        recipes = self.rehearsal.recipes(self.entry)
        parts += [recipe.dataset for recipe in recipes if recipe.dataset.name in names]
        for part in {repr(part): part for part in parts}.values():
            try:
                data = self.rehearsal.data(part)
            except Exception:  # the check of this dataset reports it
                continue
            if data is not None and len(data) > 1:
                yield part, data

    def named_by(self, part: Part | None) -> bool:
        return part is not None and part.name in (self.entry.name, self.entry.qualified)

    def once(self, compute: Callable[[Subject], T]) -> T:
        """The result of a function of this subject, computed once."""
        if compute not in self._results:
            self._results[compute] = compute(self)
        result: T = self._results[compute]
        return result


def resolved(entry: Entry) -> tuple[str, Any]:
    """The fault of an entry, or an empty string, and its target."""
    try:
        target = entry.load()
    except GanzooError as error:
        return str(error), None
    if entry.kind == "recipe":
        if not isinstance(target, Recipe | Variant):
            return f"it is a {type(target).__name__}, not a ganzoo.Recipe", target
        same = target.name == entry.name
        return "" if same else f"the recipe's own name is {target.name!r}", target
    base = KINDS[entry.kind].base_class()
    if base and inspect.isclass(target) and not issubclass(target, base):
        return f"{target.__name__} does not derive from ganzoo.{base.__name__}", target
    return "" if callable(target) else f"it is a {type(target).__name__}, not a class", target


def uses(subject: Subject, recipe: Recipe) -> Iterator[tuple[str, Part]]:
    """The places of a recipe that name the component, each with the part there. A place is a field,
    or FIELD.POSITION in a list, or FIELD.KEY in a table."""
    entry = subject.entry
    counts: dict[str, int] = {}
    for kind, path, part in recipe.parts():
        field = path.partition(".")[0]
        position = counts.get(field, 0)
        counts[field] = position + 1
        if kind == entry.kind and subject.named_by(part):
            listed = KINDS[kind].several or field in ("extra_losses", "game")
            yield (f"{field}.{position}" if listed else path), part
    for role, part in recipe.networks.items():
        if entry.kind == "network" and subject.named_by(part):
            yield f"networks.{role}", part
