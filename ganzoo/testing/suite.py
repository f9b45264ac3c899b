"""The checks of a plugin: every component by every rule for its kind."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path

from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.registry.entries import Entry
from ganzoo.registry.plugin_file import name_of
from ganzoo.testing import kinds
from ganzoo.testing.findings import RULES, Check, Finding, Rule, perform
from ganzoo.testing.subject import Rehearsal, Subject

# Rules for several kinds come first. Then each kind has a module of its own, with the kind's name.
_FIRST = ("plugin", "every", "playing")
_MODULES = {module.name for module in pkgutil.iter_modules(kinds.__path__)}
for _name in (*_FIRST, *sorted(_MODULES.difference(_FIRST))):
    importlib.import_module(f"ganzoo.testing.kinds.{_name}")


def rules(kind: str | None = None) -> list[Rule]:
    """All rules, or the rules for one kind of component; "plugin": the rules for whole plugins."""
    return [rule for rule in RULES if kind is None or kind in rule.kinds]


def plan(*names: str, registry: Registry | None = None) -> list[tuple[Subject, Rule]]:
    """Each component of the named plugins, by default of all plugins, with each rule for its kind.

    A name may be the path of a one-file plugin. Raises UsageError for an unknown plugin.
    """
    files = [Path(name) for name in names if name.endswith(".py")]
    registry = registry or Registry.discover(files)
    wanted = [name_of(Path(name)) if name.endswith(".py") else name for name in names]
    plugins = [registry.plugin(name) for name in wanted] if names else registry.plugins
    rehearsal = Rehearsal(registry)
    subjects = []
    for plugin in plugins:
        whole = Entry("plugin", plugin.name, plugin.name, plugin)
        subjects += [Subject(entry, rehearsal) for entry in (whole, *plugin.entries)]
    return [(subject, rule) for subject in subjects for rule in rules(subject.entry.kind)]


def checks(*names: str, registry: Registry | None = None) -> Iterator[Check]:
    """Check the named plugins, by default all installed plugins. Yields a Check for each component
    and rule. Nothing is downloaded."""
    for subject, rule in plan(*names, registry=registry):
        yield perform(rule, subject)


def check_plugin(name: str, registry: Registry | None = None) -> list[Finding]:
    """The findings for a plugin and its components; an empty list if it conforms.

    ``name``: the name of an installed plugin, or the path of a one-file plugin.
    """
    return [finding for check in checks(name, registry=registry) for finding in check.findings]


def check_component(kind: str, name: str, registry: Registry | None = None) -> list[Finding]:
    """The findings for one component."""
    registry = registry or Registry.discover()
    return _check(registry.get(kind, name), registry)


def check_recipe(recipe: str | Recipe, registry: Registry | None = None) -> list[Finding]:
    """The findings for a recipe, registered or not: whether its components exist and fit, and
    whether it trains, resumes exactly and generates samples, on the first samples of its data."""
    registry = registry or Registry.discover()
    if isinstance(recipe, str):
        return check_component("recipe", recipe, registry)
    entry = Entry("recipe", recipe.name, "unregistered", recipe, recipe.summary, recipe.paper)
    return _check(entry, registry)


def _check(entry: Entry, registry: Registry) -> list[Finding]:
    subject = Subject(entry, Rehearsal(registry))
    return [finding for rule in rules(entry.kind) for finding in perform(rule, subject).findings]
