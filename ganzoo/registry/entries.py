"""Entries: the components that plugins register, each of a kind and with a name."""

from __future__ import annotations

import contextlib
import functools
import importlib
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.recipe import Recipe, Variant
from ganzoo.registry.kinds import KINDS, kind_of
from ganzoo.registry.loggers import Logger

API_VERSION = 1
_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True)
class Entry:
    """A registered component: its line in a listing, and the way to load it."""

    kind: str
    name: str
    plugin: str
    target: Any
    summary: str = ""
    paper: str = ""

    @property
    def qualified(self) -> str:
        return f"{self.plugin}:{self.name}"

    def load(self) -> Any:
        """The component itself. Raises GanzooError if its module cannot be imported."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        try:
            with contextlib.redirect_stdout(sys.stderr):  # or a print would break --json
                found: Any = importlib.import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a module may even call sys.exit as it is imported
            raise GanzooError(
                f"The {self.kind} {self.name!r} of plugin {self.plugin!r} cannot be loaded from "
                f"{self.target}: {type(error).__name__}: {error}. "
                "Mend or update the plugin, or choose another component."
            ) from error
        return found


class Registrar:
    """Takes a plugin's components: the argument ``registry`` of the hook ``ganzoo_register``.

    There is a method for each kind, such as ``loss`` and ``dataset``: ``(name, target, summary="",
    paper="")``. ``target`` is a ``"module:attribute"`` string, which keeps listings fast, or the
    object itself.
    """

    def __init__(self, plugin: str) -> None:
        self.plugin = plugin
        self.entries: list[Entry] = []
        self.declared: Logger | None = None

    def add(self, kind: str, name: str, target: Any, summary: str = "", paper: str = "") -> None:
        """Stage one component. Raises UsageError where it could never be used."""
        kind_of(kind)
        if not _NAME.fullmatch(name):
            raise UsageError(f"{kind} name {name!r}: use lower-case words joined by hyphens.")
        if isinstance(target, str) and not _TARGET.fullmatch(target):
            raise UsageError(f"{kind} {name!r}: {target!r} is not of the form 'module:attribute'.")
        if any((entry.kind, entry.name) == (kind, name) for entry in self.entries):
            raise UsageError(f"{kind} {name!r} is registered twice by plugin {self.plugin!r}.")
        usable = isinstance(target, Recipe | Variant) if kind == "recipe" else callable(target)
        if not (usable or isinstance(target, str)):
            raise UsageError(f"{kind} {name!r}: {target!r} is neither it nor where to find it.")
        if not (isinstance(summary, str) and isinstance(paper, str)):
            raise UsageError(f"{kind} {name!r}: its summary and its paper must be text.")
        if not summary and not isinstance(target, str):
            doc = getattr(target, "summary", "") or getattr(target, "__doc__", "") or ""
            summary = doc.strip().partition("\n")[0]
        self.entries.append(Entry(kind, name, self.plugin, target, summary, paper))

    def recipe(self, recipe: Recipe | Variant) -> None:
        """Stage a recipe or a variant, which carries its own name, summary and paper."""
        self.add("recipe", recipe.name, recipe, recipe.summary, recipe.paper)

    def logger(self, *, needs: str, install: str, default: bool = False) -> None:
        """Declare that the plugin is a logger: a run calls its observer hooks only if the plugin is
        asked for by name, as in ``ganzoo train --log NAME``, or with ``default`` unless other
        loggers are asked for. ``needs``: the package that it imports; ``install``: what pip
        installs to get the package, such as "ganzoo[wandb]"."""
        if not (needs.isidentifier() and install):
            raise UsageError(
                f"logger: needs={needs!r} must name a package, and install={install!r} tell pip "
                "how to get it."
            )
        self.declared = Logger(needs, install, default)

    def __getattr__(self, kind: str) -> Callable[..., None]:
        """``registry.loss(name, target, summary, paper)``, and so for every other kind."""
        if kind not in KINDS:
            raise AttributeError(
                f"There is no kind {kind!r} of component to register. {near(kind, KINDS)}"
            )
        return functools.partial(self.add, kind)
