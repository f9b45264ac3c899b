"""What is examined, and what it can be tried with."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ganzoo.assembly.build import build, component
from ganzoo.errors import GanzooError
from ganzoo.recipe import KIND_OF, Part, Recipe, Variant
from ganzoo.registry import Plugin, Registry
from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS
from ganzoo.testing.cases import CASES, tiny
from ganzoo.testing.dummies import STAND_INS, data_part
from ganzoo.testing.findings import Moot, Skipped
from ganzoo.testing.offline import load_here
from ganzoo.testing.places import place_of
from ganzoo.types import Spec

T = TypeVar("T")


class Rehearsal:
    """Everything that is registered, and the stand-ins beside it.

    ``registry`` has nobody's hooks: what is trained for a check is nobody else's business.
    ``original`` is the one that was given.
    """

    def __init__(self, registry: Registry) -> None:
        self.original = registry
        self.registry = Registry(plugins=[*registry.plugins, STAND_INS])
        self._specs: dict[str, Spec | None] = {}

    def recipes_with(self, entry: Entry) -> list[tuple[Recipe, str]]:
        """The recipes that use a component, those of its own plugin first, each with the name of
        the field that does."""
        found = []
        names = (entry.name, entry.qualified)
        for each in self.registry.entries("recipe"):
            try:
                recipe = self.registry.recipe(each.qualified)
            except GanzooError:  # its own check says what is wrong with it
                continue
            for field, kind in KIND_OF.items():
                parts = parts_of(recipe, field) if kind == entry.kind else ()
                if any(part.name in names for part in parts):
                    found.append((each.plugin != entry.plugin, recipe, field))
        return [(recipe, field) for _, recipe, field in sorted(found, key=lambda each: each[0])]

    def small(self, recipe: Recipe) -> Recipe:
        """The recipe on made-up data of the spec of its own, four steps of small batches.

        The spec is that of the recipe's dataset where it lies on this machine; else the first of a
        few that the recipe can be built for.
        """
        size = 2 * 8 if recipe.batch_size >= 2 * 8 else 8  # what packs by 2, 4 and 8 still does
        changed = recipe.replace(
            steps=4,
            batch_size=size,
            samples=8,
            log_every=1,
            sample_every=4,
            checkpoint_every=2,
        )
        known = self._spec_of(recipe.dataset)
        if known is not None:
            return changed.replace(dataset=data_part(known))
        guesses = ("colour 28x28 with 10 labels", "colour 32x32", "2-D vectors")
        choices = [Spec((1, 28, 28), classes=10), *(CASES[guess] for guess in guesses)]
        for spec in choices:
            try:
                build(recipe, tiny(spec).spec(recipe.low, recipe.high), self.registry)
            except Exception:
                continue
            return changed.replace(dataset=data_part(spec))
        return changed.replace(dataset=data_part(choices[0]))

    def spec(self, small: Recipe) -> Spec:
        """The spec of a small recipe's made-up data."""
        dataset = component("dataset", small.dataset, self.registry)
        spec: Spec = dataset.load(Path(), "train").spec(small.low, small.high)
        return spec

    def _spec_of(self, part: Part) -> Spec | None:
        key = repr(part)
        if key not in self._specs:
            try:
                dataset = component("dataset", part, self.registry)
                self._specs[key] = load_here(dataset, dataset.splits[0]).spec()
            except (Skipped, GanzooError, OSError):
                self._specs[key] = None
        return self._specs[key]


class Subject:
    """One component under examination: its entry, and what was found out about it so far.

    A plugin is examined too: then ``entry`` is of the kind "plugin", and its target the Plugin.
    """

    def __init__(self, entry: Entry, rehearsal: Rehearsal) -> None:
        self.entry, self.rehearsal = entry, rehearsal
        self._found: dict[Any, Any] = {}

    @classmethod
    def of_plugin(cls, plugin: Plugin, rehearsal: Rehearsal) -> Subject:
        return cls(Entry("plugin", plugin.name, plugin.name, plugin), rehearsal)

    @property
    def registry(self) -> Registry:
        return self.rehearsal.registry

    @cached_property
    def target(self) -> Any:
        """The class, function or recipe. Raises Moot where it cannot be loaded or is no such
        thing, which `resolves` says."""
        if self.entry.kind == "plugin":
            return self.entry.target
        problem, target = resolved(self.entry)
        if problem:
            raise Moot(problem)
        return target

    @cached_property
    def place(self) -> str:
        """Where it is written, file:line."""
        try:
            return place_of(self.target)
        except Moot:
            return ""

    @property
    def part(self) -> Part:
        """The component as a recipe names it, whatever else has its name."""
        return Part(self.entry.qualified)

    def once(self, find: Callable[[Subject], T]) -> T:
        """What a function finds out about this subject, found out once."""
        if find not in self._found:
            self._found[find] = find(self)
        found: T = self._found[find]
        return found

    @cached_property
    def folder(self) -> Path:
        """A folder for runs, gone when the subject is."""
        self._folder = tempfile.TemporaryDirectory(prefix="ganzoo-check-")
        return Path(self._folder.name)


def resolved(entry: Entry) -> tuple[str, Any]:
    """What is wrong with what an entry leads to, if anything, and what that is."""
    try:
        target = entry.load()
    except GanzooError as error:
        return str(error), None
    if entry.kind == "recipe":
        if not isinstance(target, Recipe | Variant):
            return f"it is a {type(target).__name__}, not a ganzoo.Recipe", target
        same = target.name == entry.name
        return "" if same else f"the recipe calls itself {target.name!r}", target
    base = KINDS[entry.kind].base_class()
    if inspect.isclass(target) and not issubclass(target, base):
        return f"{target.__name__} does not derive from ganzoo.{base.__name__}", target
    makes = callable(target)
    return "" if makes else f"it is a {type(target).__name__}, which makes none", target


def parts_of(recipe: Recipe, field: str) -> tuple[Part, ...]:
    """The components that a field of a recipe names."""
    value = getattr(recipe, field)
    return (value,) if isinstance(value, Part) else tuple(value)


def with_part(recipe: Recipe, field: str, entry: Entry, **options: Any) -> Recipe:
    """The recipe with the component that ``entry`` is named for sure, at its defaults or with the
    options given."""
    mine = Part(entry.qualified, options)
    value = getattr(recipe, field)
    if isinstance(value, Part):
        return recipe.replace(**{field: mine})
    names = (entry.name, entry.qualified)
    return recipe.replace(**{field: tuple(mine if p.name in names else p for p in value)})
