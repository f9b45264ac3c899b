"""``@ganzoo.register``: components declared where they are written, in a notebook or in one file.

Declarations wait here, by module, until a Registry is made and takes them in as a plugin.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Declaration:
    """One declared component, not yet checked."""

    kind: str
    name: str
    target: Any
    summary: str
    paper: str


# A name that is declared again is replaced: so a notebook's cell can be run again.
_DECLARED: dict[str, dict[tuple[str, str], Declaration]] = {}


def register(kind: str, name: str, *, summary: str = "", paper: str = "") -> Callable[[T], T]:
    """Register the class below under a name: ``@ganzoo.register("loss", "my-loss")``.

    For a notebook, a script, or a one-file plugin named with ``--plugin``. Whatever is trained
    afterwards in the same process can use it by that name. The summary is else the first line of
    its docstring. A recipe is registered by calling: ``register("recipe", "name")(Recipe(...))``.
    """
    module = sys._getframe(1).f_globals.get("__name__", "__main__")

    def declare(target: T) -> T:
        declaration = Declaration(kind, name, target, summary, paper)
        _DECLARED.setdefault(module, {})[kind, name] = declaration
        return target

    return declare


def declared_in(module: str) -> list[Declaration]:
    """The declarations of a module and of the modules inside it."""
    inside = module + "."
    return [
        declaration
        for name, declarations in _DECLARED.items()
        if name == module or name.startswith(inside)
        for declaration in declarations.values()
    ]


def declaring_modules() -> list[str]:
    """The modules that have declared something and are still loaded."""
    return [name for name in _DECLARED if name in sys.modules]


def forget(module: str) -> None:
    """Drop the declarations of a module, before it is run again."""
    _DECLARED.pop(module, None)
