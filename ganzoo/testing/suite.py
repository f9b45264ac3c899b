"""Holding every rule against every component of a plugin."""

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

# The rules for several kinds come first; then each kind has a module of its own, by its name.
_FIRST = ("plugin", "every", "playing")
_MODULES = {module.name for module in pkgutil.iter_modules(kinds.__path__)}
for _name in (*_FIRST, *sorted(_MODULES.difference(_FIRST))):
    importlib.import_module(f"ganzoo.testing.kinds.{_name}")


def rules(kind: str | None = None) -> list[Rule]:
    """All rules, or those for one kind of component; "plugin" for those of a plugin as a whole."""
    return [rule for rule in RULES if kind is None or kind in rule.kinds]


def plan(*names: str, registry: Registry | None = None) -> list[tuple[Subject, Rule]]:
    """Each component of the plugins of those names, or of all plugins, with each rule for its kind.

    A name may be the path of a one-file plugin. Raises UsageError for one that there is not.
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
    """Check the plugins of those names, or all that are installed, a rule and a component at a
    time. Nothing is downloaded."""
    for subject, rule in plan(*names, registry=registry):
        yield perform(rule, subject)


def check_plugin(name: str, registry: Registry | None = None) -> list[Finding]:
    """Everything that is wrong with a plugin and its components; nothing if it conforms.

    ``name``: an installed plugin's, or the path of a one-file plugin.
    """
    return [found for check in checks(name, registry=registry) for found in check.findings]


def check_component(kind: str, name: str, registry: Registry | None = None) -> list[Finding]:
    """Everything that is wrong with one component."""
    registry = registry or Registry.discover()
    return _check(registry.get(kind, name), registry)


def check_recipe(recipe: str | Recipe, registry: Registry | None = None) -> list[Finding]:
    """Everything that is wrong with a recipe, registered or not: whether its parts exist and fit,
    and whether it trains, resumes exactly and samples, on a few samples of its data."""
    registry = registry or Registry.discover()
    if isinstance(recipe, str):
        return check_component("recipe", recipe, registry)
    entry = Entry("recipe", recipe.name, "unregistered", recipe, recipe.summary, recipe.paper)
    return _check(entry, registry)


def _check(entry: Entry, registry: Registry) -> list[Finding]:
    subject = Subject(entry, Rehearsal(registry))
    return [found for rule in rules(entry.kind) for found in perform(rule, subject).findings]
