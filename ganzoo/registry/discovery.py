"""Discovery: plugins through their entry points, components by kind and name.

A Registry is an instance that is passed along. Loading a plugin is a transaction: its
registrations are staged, and kept only if all of them succeed; a plugin that fails is recorded with
its reason, and everything else works.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import sys
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pluggy

from ganzoo.assembly.variants import whole
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.paths import expanded
from ganzoo.recipe import Recipe
from ganzoo.registry import hookspecs
from ganzoo.registry.decorator import declared_in, declaring_modules
from ganzoo.registry.entries import API_VERSION, Entry, Registrar
from ganzoo.registry.kinds import KINDS
from ganzoo.registry.loggers import Logger
from ganzoo.registry.plugin_file import PREFIX, digest, import_file, name_of

if TYPE_CHECKING:
    import click

GROUP = "ganzoo"
SLOW = 0.5  # seconds a plugin may take to load before it is remarked on
State = Literal["loaded", "broken", "disabled", "incompatible"]


@dataclass(frozen=True)
class Plugin:
    """A plugin as ``ganzoo plugins`` shows it.

    reason: why it is not in use. seconds: how long it took to load. notes: faults of a
    plugin that works, such as importing torch as it loads. logger: its declaration, if it is a
    logger. path, sha256: of a one-file plugin.
    """

    name: str
    version: str = ""
    distribution: str = ""
    state: State = "loaded"
    reason: str = ""
    seconds: float = 0.0
    notes: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()
    logger: Logger | None = None
    path: str = ""
    sha256: str = ""


@dataclass(repr=False)
class Registry:
    """The plugins that were loaded, in the order they were found, and the hooks they implement."""

    hooks: pluggy.PluginManager = field(default_factory=lambda: _manager())
    plugins: list[Plugin] = field(default_factory=list)
    # The packages that plugins were loaded from.
    _roots: list[str] = field(default_factory=list, init=False)

    @classmethod
    def discover(cls, files: Iterable[Path] = ()) -> Registry:
        """The built-in components, every installed plugin, the one-file plugins named, and the
        components that this process has declared with ``ganzoo.register``."""
        registry = cls()
        builtin = Plugin("ganzoo", version=metadata.version("ganzoo"), distribution="ganzoo")
        registry.load("ganzoo", lambda: importlib.import_module("ganzoo.registry.builtin"), builtin)
        found = list(metadata.entry_points(group=GROUP))
        shared = Counter(entry_point.name for entry_point in found)
        for entry_point in sorted(found, key=lambda e: (e.name, e.dist.name if e.dist else "")):
            registry.load_entry_point(entry_point, shared=shared[entry_point.name] > 1)
        for path in files:
            registry.load_file(expanded(path))
        registry._load_declared()
        return registry

    def __repr__(self) -> str:
        counts = Counter(entry.kind for entry in self.entries())
        kinds = ", ".join(f"{count} of the kind {kind}" for kind, count in counts.items())
        return f"Registry({len(self.plugins)} plugins, {counts.total()} components: {kinds})"

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views

        return views.of_registry(self)

    # -- loading -----------------------------------------------------------------------------

    def load_entry_point(self, entry_point: metadata.EntryPoint, *, shared: bool = False) -> Plugin:
        """Load an installed plugin, unless it is disabled. Where two distributions ``shared`` a
        plugin name, each goes by its distribution's."""
        dist = entry_point.dist
        version, distribution = (dist.version or "", dist.name or "") if dist else ("", "")
        name = distribution if shared and distribution else entry_point.name
        about = Plugin(name, version=version, distribution=distribution)
        self._roots.append(entry_point.value.partition(":")[0].partition(".")[0].strip())
        disabled = [each.strip() for each in os.environ.get("GANZOO_DISABLE", "").split(",")]
        if name in disabled or entry_point.name in disabled:
            about = replace(about, state="disabled", reason="named in GANZOO_DISABLE")
            self.plugins.append(about)
            return about
        return self.load(name, entry_point.load, about)

    def load_file(self, path: Path) -> Plugin:
        """Load a one-file plugin. It was asked for, so failing is an error."""
        about = Plugin(name_of(path), path=str(path.resolve()), sha256=digest(path))
        plugin = self.load(about.name, lambda: import_file(path), about)
        if plugin.state != "loaded":
            raise GanzooError(
                f"The plugin file {path} cannot be used: {plugin.reason.rstrip('.?')}. Mend it, or "
                "leave it out."
            )
        return plugin

    def _load_declared(self) -> None:
        """The declarations of scripts and notebooks, each module a plugin by its own name."""
        for module in declaring_modules():
            owned = any(module.partition(".")[0] == root for root in self._roots)
            if not owned and not module.startswith(PREFIX):
                self.load(module.strip("_").replace("_", "-"), partial(sys.modules.get, module))

    def load(self, name: str, importer: Callable[[], Any], about: Plugin | None = None) -> Plugin:
        """Import, check and register one plugin, all or nothing."""
        about = about or Plugin(name)
        registrar = Registrar(name)
        had_torch, start = "torch" in sys.modules, time.perf_counter()
        printed = io.StringIO()
        try:
            with contextlib.redirect_stdout(printed):  # or a print would break --json
                state, reason = self._register(name, importer, registrar)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may even call sys.exit as it is imported
            if not self._taken(name):
                self._forget(name)
            if _strict():
                raise GanzooError(f"Plugin {name!r} is broken: {_reason(error)}") from error
            state, reason = "broken", _reason(error)
        if state == "incompatible" and _strict():
            raise GanzooError(f"Plugin {name!r} is incompatible: {reason}")
        seconds = time.perf_counter() - start
        notes = {
            "imports torch as it loads, which slows every command": not had_torch
            and "torch" in sys.modules,
            "prints as it is imported": bool(printed.getvalue()),
            f"takes {seconds:.1f} s to load": seconds > SLOW,
        }
        plugin = replace(
            about,
            state=state,
            reason=reason,
            seconds=seconds,
            notes=tuple(note for note, true in notes.items() if true),
            entries=tuple(registrar.entries) if state == "loaded" else (),
            logger=registrar.declared if state == "loaded" else None,
        )
        self.plugins.append(plugin)
        return plugin

    def _register(
        self, name: str, importer: Callable[[], Any], registrar: Registrar
    ) -> tuple[State, str]:
        if self._taken(name):
            raise UsageError(f"another plugin is already called {name!r}; one must be renamed.")
        module = importer()
        wanted = getattr(module, "GANZOO_API", API_VERSION)
        if wanted != API_VERSION:
            return "incompatible", (
                f"written for plugin API {wanted}; this ganzoo has {API_VERSION}. "
                "Install a version of it made for this one."
            )
        hookspecs.check_marked(module)
        self.hooks.register(module, name)
        self.hooks.check_pending()
        others = [plugin for plugin in self.hooks.get_plugins() if plugin is not module]
        self.hooks.subset_hook_caller("ganzoo_register", others)(registry=registrar)
        root = getattr(module, "__name__", "")
        self._roots.append(root.partition(".")[0])
        for each in declared_in(root):
            registrar.add(each.kind, each.name, each.target, each.summary, each.paper)
        return "loaded", ""

    def _taken(self, name: str) -> bool:
        return any(plugin.name == name and plugin.state == "loaded" for plugin in self.plugins)

    def _forget(self, name: str) -> None:
        if self.hooks.has_plugin(name):
            self.hooks.unregister(name=name)

    # -- looking up --------------------------------------------------------------------------

    def entries(self, kind: str | None = None) -> list[Entry]:
        """Every registered component, or those of one kind, sorted by kind and name."""
        found = [entry for plugin in self.plugins for entry in plugin.entries]
        order = {name: index for index, name in enumerate(KINDS)}
        found.sort(key=lambda entry: (order[entry.kind], entry.name, entry.plugin))
        return [entry for entry in found if kind is None or entry.kind == kind]

    def get(self, kind: str, name: str) -> Entry:
        """The component of that kind and name; the name ``plugin:name`` also names the plugin.

        Raises UsageError if there is no such component, with similar names, and if several plugins
        have one: no plugin has priority over another one, whatever the order of loading.
        """
        entries = self.entries(kind)
        matches = [entry for entry in entries if name in (entry.name, entry.qualified)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            choices = " or ".join(entry.qualified for entry in matches)
            raise UsageError(f"Several plugins have a {kind} {name!r}. Say which: {choices}.")
        if not entries:
            raise UsageError(f"No {kind} is installed. {self._advice()}".rstrip())
        hint = near(name, [entry.name for entry in entries])
        raise UsageError(f"There is no {kind} {name!r}. {hint} {self._advice()}".rstrip())

    def recipe(self, name: str) -> Recipe:
        """The recipe of that name, a variant applied to its base. Raises GanzooError for an entry
        that is not a recipe, and for a variant of a recipe that does not exist."""
        return whole(self.get("recipe", name), self)

    def _advice(self) -> str:
        lost = [plugin.name for plugin in self.plugins if plugin.state != "loaded"]
        if lost:
            return f"Not in use: {', '.join(lost)}; see `ganzoo plugins`."
        return "" if self.entries("recipe") else "Install a plugin; see `ganzoo plugins`."

    def loggers(self) -> dict[str, Logger]:
        """The plugins that are loggers, by name."""
        return {plugin.name: plugin.logger for plugin in self.plugins if plugin.logger}

    def observers(self) -> list[tuple[str, object]]:
        """The loaded plugins by name, for callers of their hooks one by one."""
        return [(name, plugin) for name, plugin in self.hooks.list_name_plugin() if plugin]

    def add_commands(self, cli: click.Group) -> None:
        """Let plugins add commands; one that fails to is passed over, with a warning."""
        for name, plugin in self.observers():
            others = [other for other in self.hooks.get_plugins() if other is not plugin]
            before = dict(cli.commands)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    self.hooks.subset_hook_caller("ganzoo_commands", others)(cli=cli)
                changed = [key for key in before if cli.commands.get(key) is not before[key]]
                if changed:
                    raise UsageError(f"there is a command {changed[0]!r} already.")
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                cli.commands = before
                trouble = f"Plugin {name!r} could not add its commands: {_reason(error)}"
                if _strict():
                    raise GanzooError(trouble) from error
                warnings.warn(trouble, stacklevel=2)

    def plugin(self, name: str) -> Plugin:
        for plugin in self.plugins:
            if plugin.name == name:
                return plugin
        known = [plugin.name for plugin in self.plugins]
        raise UsageError(f"There is no plugin {name!r}. {near(name, known)}")


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs.Registration)
    manager.add_hookspecs(hookspecs.Observation)
    return manager


def _strict() -> bool:
    return os.environ.get("GANZOO_STRICT") == "1"


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if isinstance(error, GanzooError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
