"""Fills in the parts of the pages that are generated, so that they cannot differ from the code.

A page asks for a part with a comment of its own line, ``<!-- generated: rules loss -->``: the name
of a function below, and what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import click

import ganzoo
from ganzoo import hookspecs
from ganzoo.cli import zoo
from ganzoo.testing.suite import rules as all_rules

MARK = re.compile(r"^<!-- generated: (\w+) ?(\S*) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:
    """What mkdocs calls for each page."""
    return MARK.sub(lambda found: "\n".join(PARTS[found[1]](*found[2].split())), markdown)


def hooks(family: str) -> Iterator[str]:
    """The hooks of a class in hookspecs.py."""
    for name in vars(getattr(hookspecs, family)):
        if name.startswith("ganzoo_"):
            yield from _documented(f"ganzoo.hookspecs.{family}.{name}", name)


def interface(name: str) -> Iterator[str]:
    """A base class with its methods."""
    yield from _documented(f"ganzoo.{ganzoo._HOMES[name]}.{name}", f"ganzoo.{name}")


def api() -> Iterator[str]:
    """Every public name, by the module that holds it."""
    titles = {
        "training": "Training",
        "trained": "Sampling",
        "run": "Runs",
        "registry": "The registry",
        "hookspecs": "Registering",
        "recipe": "Recipes",
        "types": "Values",
        "game": "The game",
        "interfaces": "Interfaces",
        "errors": "Errors",
    }
    before = ""
    for name in ganzoo.__all__:
        home = ganzoo._HOMES[name]
        title = titles.get(home, before)
        if title != before:
            yield f"## {title}\n"
            before = title
        yield from _documented(f"ganzoo.{home}.{name}", f"ganzoo.{name}")
    yield from _documented("ganzoo.components.Registrar", "registry")


def rules(kind: str) -> Iterator[str]:
    """What `ganzoo check` asks of a kind, or of a plugin as a whole."""
    yield "| rule | what it asks |\n|---|---|"
    for rule in all_rules(kind):
        yield f"| `{rule.id}` | {_cell(rule.asks)} |"
    yield ""


def cli() -> Iterator[str]:
    """Every command of ganzoo's own, as its help tells it."""
    for name, command in zoo.commands.items():
        yield from _command(command, f"ganzoo {name}", level=2)


def _command(command: click.Command, path: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {path}\n"
    yield f"{(command.help or '').strip()}\n"
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}", level + 1)
        return
    context = click.Context(command, info_name=path)
    yield f"```text\n{path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    options = [each for each in command.params if isinstance(each, click.Option)]
    if options:
        yield "| option | what it does |\n|---|---|"
    for option in options:
        default = f" Default: {option.default}." if option.show_default else ""
        yield f"| `{_usage(option)}` | {_cell((option.help or '') + default)} |"
    yield ""


def _usage(option: click.Option) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {'|'.join(option.type.choices)}"
    return f"{names} {option.metavar or 'N'}"


def _documented(path: str, heading: str) -> Iterator[str]:
    """Signature and docstring of an object, through mkdocstrings."""
    yield f"::: {path}\n    options:\n      heading: {heading}\n      toc_label: {heading}\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PARTS = {"api": api, "cli": cli, "hooks": hooks, "interface": interface, "rules": rules}
