"""The reference of classes, functions and hooks, through mkdocstrings; the rules of `ganzoo check`.

The API is split into a page for each theme.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import ganzoo
from ganzoo.registry import hookspecs
from ganzoo.registry.entries import Registrar
from ganzoo.testing.suite import rules as all_rules
from gen.tables import cell, head

OVERVIEW = "plugins/api.md"
# The pages of the API: the title of each, and the modules whose public names it has. A name from
# any other module is on the last page.
THEMES = {
    "training": (
        "Training, sampling and measuring",
        ("training.", "sampling.", "evaluation.", "experiments.", "run"),
    ),
    "recipes": ("Recipes, schedules and ranges", ("recipe", "schedules", "ranges")),
    "components": ("Components and data", ("interfaces", "types", "data.", "pyramid")),
    "engine": ("The game, the engine and the registry", ("",)),
}


def hooks(family: str) -> Iterator[str]:
    """The hooks of a class in hookspecs.py."""
    for name in vars(getattr(hookspecs, family)):
        if name.startswith("ganzoo_"):
            yield from _documented(f"ganzoo.registry.hookspecs.{family}.{name}", name)


def interface(name: str) -> Iterator[str]:
    """A base class with its methods."""
    yield from _documented(_path(name), f"ganzoo.{name}")


def rules(kind: str) -> Iterator[str]:
    """The rules of `ganzoo check` for a kind, or for a plugin as a whole."""
    yield head("rule", "requirement")
    for rule in all_rules(kind):
        yield f"| `{rule.id}` | {cell(rule.asks)} |"
    yield ""


def api() -> Iterator[str]:
    """A table of the public names of each theme, linked to the theme's page."""
    for theme, (title, _) in THEMES.items():
        yield f"## {title}\n"
        yield head("name", "meaning")
        for name in _names(theme):
            link = f"api/{theme}.md#{_path(name)}"
            yield f"| [`ganzoo.{name}`]({link}) | {_first_sentence(getattr(ganzoo, name))} |"
        if theme == "engine":
            link = f"api/{theme}.md#{_REGISTRAR}"
            yield f"| [`registry`]({link}) | {_first_sentence(Registrar)} |"
        yield ""


def themes() -> dict[str, str]:
    """The pages of the API by their paths."""
    return {f"plugins/api/{theme}.md": "\n".join(_theme(theme)) for theme in THEMES}


_REGISTRAR = "ganzoo.registry.entries.Registrar"


def _theme(theme: str) -> Iterator[str]:
    yield f"# {THEMES[theme][0]}\n"
    yield "A part of [the API](../api.md), which other code may rely on.\n"
    for name in _names(theme):
        yield from _documented(_path(name), f"ganzoo.{name}")
    if theme == "engine":
        yield from _documented(_REGISTRAR, "registry")


def _names(theme: str) -> list[str]:
    return [name for name in ganzoo.__all__ if _theme_of(name) == theme]


def _theme_of(name: str) -> str:
    home = ganzoo._HOMES[name]
    return next(theme for theme, (_, homes) in THEMES.items() if home.startswith(homes))


def _path(name: str) -> str:
    return f"ganzoo.{ganzoo._HOMES[name]}.{name}"


def _first_sentence(documented: object) -> str:
    """The first sentence of a docstring; nothing for a value without its own docstring."""
    own = inspect.isclass(documented) or inspect.isroutine(documented)
    doc = inspect.getdoc(documented) if own else ""
    paragraph = " ".join((doc or "").partition("\n\n")[0].split())
    return cell(paragraph.partition(". ")[0].rstrip(".:"))


def _documented(path: str, heading: str) -> Iterator[str]:
    """Signature and docstring of an object; of a game also the methods that it inherits."""
    inherited = "      inherited_members: true\n" if heading == "ganzoo.Game" else ""
    options = f"      heading: {heading}\n      toc_label: {heading}\n{inherited}"
    yield f"::: {path}\n    options:\n{options}"
