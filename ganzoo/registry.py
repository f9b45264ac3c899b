"""Finds what is installed: plugins through their entry points, components by kind and name.

A Registry is an instance that is passed along. Loading a plugin is a transaction: what it registers
is staged, and kept only if all of its registration succeeds; a plugin that fails is recorded with
its reason, and everything else works.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib
import importlib.util
import io
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import pluggy

from ganzoo import hookspecs
from ganzoo.components import API_VERSION, KINDS, Entry, Registrar
from ganzoo.errors import GanzooError, UsageError, near

if TYPE_CHECKING:
    import click

GROUP = "ganzoo"
State = Literal["loaded", "broken", "disabled", "incompatible"]


@dataclass(frozen=True)
class Plugin:
    """A plugin as ``ganzoo plugins`` shows it.

    seconds: how long it took to load. imports_torch: whether that imported torch, which a plugin's
    entry module should not. path, sha256: of a one-file plugin.
    """

    name: str
    version: str = ""
    distribution: str = ""
    state: State = "loaded"
    reason: str = ""
    seconds: float = 0.0
    imports_torch: bool = False
    entries: tuple[Entry, ...] = ()
    path: str = ""
    sha256: str = ""


@dataclass
class Registry:
    """The plugins that were loaded, in the order they were found, and the hooks they implement."""

    hooks: pluggy.PluginManager = field(default_factory=lambda: _manager())
    plugins: list[Plugin] = field(default_factory=list)

    @classmethod
    def discover(cls, files: Iterable[Path] = ()) -> Registry:
        """The built-in components, every installed plugin, and the one-file plugins named."""
        registry = cls()
        builtin = Plugin("ganzoo", version=metadata.version("ganzoo"), distribution="ganzoo")
        registry.load("ganzoo", lambda: importlib.import_module("ganzoo.builtin"), builtin)
        found: Sequence[metadata.EntryPoint] = sorted(
            metadata.entry_points(group=GROUP), key=lambda e: e.name
        )
        for entry_point in found:
            registry.load_entry_point(entry_point)
        for path in files:
            registry.load_file(path)
        return registry

    # -- loading -----------------------------------------------------------------------------

    def load_entry_point(self, entry_point: metadata.EntryPoint) -> Plugin:
        dist = entry_point.dist
        about = Plugin(
            entry_point.name,
            version=dist.version if dist else "",
            distribution=dist.name if dist else "",
        )
        disabled = os.environ.get("GANZOO_DISABLE", "").split(",")
        if entry_point.name in [name.strip() for name in disabled]:
            about = replace(about, state="disabled", reason="named in GANZOO_DISABLE")
            self.plugins.append(about)
            return about
        return self.load(entry_point.name, entry_point.load, about)

    def load_file(self, path: Path) -> Plugin:
        """Load a one-file plugin. It was asked for, so failing is an error."""
        if not path.is_file():
            raise UsageError(f"There is no plugin file {path}; --plugin takes a .py file's path.")
        about = Plugin(
            path.stem.replace("_", "-").lower(),
            path=str(path.resolve()),
            sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        )
        plugin = self.load(about.name, lambda: _import_file(path), about)
        if plugin.state != "loaded":
            raise GanzooError(f"The plugin file {path} cannot be used: {plugin.reason}")
        return plugin

    def load(self, name: str, importer: Callable[[], Any], about: Plugin | None = None) -> Plugin:
        """Import, check and register one plugin, all or nothing."""
        about = about or Plugin(name)
        registrar = Registrar(name)
        had_torch, start = "torch" in sys.modules, time.perf_counter()
        try:
            with contextlib.redirect_stdout(io.StringIO()):  # or a print would break --json
                state, reason = self._register(name, importer, registrar)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may even call sys.exit as it is imported
            self._forget(name)
            if os.environ.get("GANZOO_STRICT") == "1":
                raise GanzooError(f"Plugin {name!r} is broken: {_reason(error)}") from error
            state, reason = "broken", _reason(error)
        plugin = replace(
            about,
            state=state,
            reason=reason,
            seconds=time.perf_counter() - start,
            imports_torch=not had_torch and "torch" in sys.modules,
            entries=tuple(registrar.entries) if state == "loaded" else (),
        )
        self.plugins.append(plugin)
        return plugin

    def _register(
        self, name: str, importer: Callable[[], Any], registrar: Registrar
    ) -> tuple[State, str]:
        if any(plugin.name == name and plugin.state == "loaded" for plugin in self.plugins):
            raise UsageError(f"another plugin is already called {name!r}; one must be renamed.")
        module = importer()
        wanted = getattr(module, "GANZOO_API", API_VERSION)
        if wanted != API_VERSION:
            return "incompatible", (
                f"written for plugin API {wanted}; this ganzoo has {API_VERSION}. "
                "Install a version of it made for this one."
            )
        self.hooks.register(module, name)
        self.hooks.check_pending()
        others = [plugin for plugin in self.hooks.get_plugins() if plugin is not module]
        self.hooks.subset_hook_caller("ganzoo_register", others)(registry=registrar)
        return "loaded", ""

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
        """The component of that kind and name; ``plugin:name`` says whose.

        Raises UsageError if there is none, with the near matches, or if several plugins have one:
        then nobody wins, and the order of loading decides nothing.
        """
        entries = self.entries(kind)
        matches = [entry for entry in entries if name in (entry.name, entry.qualified)]
        if len(matches) == 1:
            return matches[0]
        if matches:
            choices = " or ".join(entry.qualified for entry in matches)
            raise UsageError(f"Several plugins have a {kind} {name!r}. Say which: {choices}.")
        if not entries:
            raise UsageError(f"No {kind} is installed. {self._advice()}")
        hint = near(name, [entry.name for entry in entries])
        raise UsageError(f"There is no {kind} {name!r}. {hint} {self._advice()}".rstrip())

    def _advice(self) -> str:
        lost = [plugin.name for plugin in self.plugins if plugin.state != "loaded"]
        if lost:
            return f"Not in use: {', '.join(lost)}; see `ganzoo plugins`."
        return "" if self.entries("recipe") else "Install a plugin; see `ganzoo plugins`."

    def observers(self) -> list[tuple[str, object]]:
        """The loaded plugins by name, for whoever calls their hooks one by one."""
        return [(name, plugin) for name, plugin in self.hooks.list_name_plugin() if plugin]

    def add_commands(self, cli: click.Group) -> None:
        """Let plugins add commands; one that fails to is passed over, with a warning."""
        for name, plugin in self.observers():
            others = [other for other in self.hooks.get_plugins() if other is not plugin]
            try:
                self.hooks.subset_hook_caller("ganzoo_commands", others)(cli=cli)
            except Exception as error:
                warnings.warn(
                    f"Plugin {name!r} could not add its commands: {_reason(error)}", stacklevel=2
                )

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


def _import_file(path: Path) -> ModuleType:
    name = f"ganzoo_file_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that its classes can find their own annotations
    spec.loader.exec_module(module)
    return module


def _reason(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
