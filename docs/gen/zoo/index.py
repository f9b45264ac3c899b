"""The indexes of the zoo: a table of all recipes, and one of the components of each kind.

A table in an element of the class ``zoo-index`` is sorted and filtered by
``javascripts/zoo-index.js``; without JavaScript it is a table. A ``data`` element in a cell has the
value to sort by.
"""

from __future__ import annotations

from collections.abc import Iterator

from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS
from gen.kinds import ABOUT
from gen.tables import cell, head, linked, minutes, year
from gen.zoo import figures
from gen.zoo.catalogue import PLURAL, link, recipe_of, registry


def recipes() -> Iterator[str]:
    """The table of all recipes."""
    yield '<div class="zoo-index" data-filters="family data year" markdown="1">\n'
    quality = ("fd ↓", "high quality ↑")
    yield head("samples", "recipe", "family", "data", "year", *quality, "seconds")
    for entry in registry().entries("recipe"):
        yield _row(entry)
    yield "\n</div>\n"


def _row(entry: Entry) -> str:
    recipe = recipe_of(entry.qualified)
    thumb = figures.picture(recipe, "../", ".zoo-thumb width=84 height=84 loading=lazy")
    cells = (
        thumb or '<span class="zoo-none">no picture yet</span>',
        f"{link(entry, '')}<br>{cell(entry.summary)}",
        entry.plugin,
        recipe.dataset.bare,
        str(year(entry.paper) or ""),
        _number(figures.mean_of(recipe, "fd"), ".2f"),
        _number(figures.mean_of(recipe, "high_quality"), ".1%"),
        _time(figures.seconds_of(recipe)),
    )
    return f"| {' | '.join(cells)} |"


def _number(value: float | None, form: str) -> str:
    return "" if value is None else f'<data value="{value:.6g}">{value:{form}}</data>'


def _time(seconds: float | None) -> str:
    return "" if seconds is None else f'<data value="{seconds:.0f}">{minutes(seconds)}</data>'


def kinds() -> Iterator[str]:
    """The list of the other kinds, with the number of components of each."""
    yield head("kind", "meaning", "components")
    for kind in KINDS:
        entries = registry().entries(kind)
        if kind != "recipe" and entries:
            names = ", ".join(link(entry, "") for entry in entries)
            yield f"| [{PLURAL[kind]}]({kind}/index.md) | {ABOUT[kind]} | {names} |"
    yield ""


def page(kind: str) -> str:
    """The index of a kind other than the recipe, as Markdown."""
    return "\n".join(_lines(kind))


def _lines(kind: str) -> Iterator[str]:
    yield f"---\nhide: [toc]\n---\n\n# {PLURAL[kind]}\n"
    about = f"{ABOUT[kind][0].upper()}{ABOUT[kind][1:]}."
    yield f"{about} [How to write a {kind}](../../plugins/kinds/{kind}.md).\n"
    yield '<div class="zoo-index" data-filters="plugin" markdown="1">\n'
    yield head("name", "summary", "year", "paper", "plugin")
    for entry in registry().entries(kind):
        cells = (
            link(entry),
            cell(entry.summary),
            str(year(entry.paper) or ""),
            cell(linked(entry.paper)),
            entry.plugin,
        )
        yield f"| {' | '.join(cells)} |"
    yield "\n</div>\n"
