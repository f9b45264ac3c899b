"""``ganzoo list``, ``ganzoo show`` and ``ganzoo plugins``: the installed components and plugins."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.completion import name_or_kind
from ganzoo.cli.group import registry_of
from ganzoo.cli.param_types import OneOf
from ganzoo.cli.terminal import cut, on_terminal, prose, width, wrapped
from ganzoo.errors import UsageError, near
from ganzoo.recipe import Recipe, to_dict
from ganzoo.registry import Plugin, Registry
from ganzoo.registry.entries import Entry
from ganzoo.registry.kinds import KINDS

if TYPE_CHECKING:
    from rich.table import Table

WIDE = 110  # columns of a terminal in which a list also has the papers and the plugins
INDENT = "  "


class OneKind(OneOf):
    """The name of a kind of component, in the singular or the plural."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        for kind in self.choices:
            if value in (f"{kind}s", f"{kind}es", f"{kind[:-1]}ies"):
                return kind
        return super().convert(value, param, ctx)


@click.command(
    "list",
    help=f"List the installed components, all or of one KIND.\n\nThe kinds are {', '.join(KINDS)}.",
)
@click.argument("kind", required=False, type=OneKind("kind", KINDS), metavar="[KIND]")
@options.plugin_files
@options.as_json
def list_(kind: str | None, plugin_files: tuple[str, ...], as_json: bool) -> None:
    if kind not in (None, *KINDS):
        raise UsageError(f"There is no kind {kind!r} of component. {near(str(kind), KINDS)}")
    registry = registry_of(plugin_files)
    entries = registry.entries(kind)
    if as_json:
        click.echo(json.dumps([_plain(entry) for entry in entries], indent=2))
        return
    if on_terminal():
        _print_grouped(entries)
    else:
        table = _table("kind", "name", "summary", "paper", "plugin")
        for entry in entries:
            table.add_row(entry.kind, entry.name, entry.summary, entry.paper, entry.plugin)
        _print(table)
    if not registry.entries("recipe"):
        click.echo("No recipe is installed, so nothing can be trained. Install a plugin.")
    _print_broken(registry)


@click.command()
@click.argument("name", shell_complete=name_or_kind)
@options.plugin_files
@options.as_json
def show(name: str, plugin_files: tuple[str, ...], as_json: bool) -> None:
    """Show a component: its options with types and defaults.

    A component is named by NAME, or by KIND/NAME if several kinds have the name.
    """
    registry = registry_of(plugin_files)
    entry = _find(name, registry)
    recipe = entry.kind == "recipe"
    component = registry.recipe(entry.qualified) if recipe else entry.load()
    details: dict[str, Any] = {**_plain(entry), "doc": _doc(component)}
    if isinstance(component, Recipe):
        details = {**_plain(entry), "recipe": to_dict(component)}
    else:
        details["options"] = _options(component, entry)
    if as_json:
        click.echo(json.dumps(details, indent=2, default=repr))
        return
    click.secho(f"{entry.kind} {entry.name}", bold=True)
    click.echo(wrapped(entry.summary))
    if entry.paper:
        click.echo(f"paper:  {entry.paper}")
    click.echo(f"plugin: {entry.plugin}")
    if isinstance(component, Recipe):
        click.echo("\n" + json.dumps(to_dict(component), indent=2))
        return
    if details["doc"]:
        click.echo("\n" + prose(details["doc"]))
    click.echo()
    if details["options"]:
        _show_options(details["options"])
    else:
        click.echo("It has no options.")


@click.command()
@options.plugin_files
@options.as_json
def plugins(plugin_files: tuple[str, ...], as_json: bool) -> None:
    """List the plugins, and the reason if one is not in use.

    Each plugin has its version, the number of its components, its load time and its state.
    """
    registry = registry_of(plugin_files)
    if as_json:
        click.echo(json.dumps([_plain_plugin(plugin) for plugin in registry.plugins], indent=2))
        return
    table = _table("plugin", "version", "components", "load time", "state", "reason")
    for plugin in registry.plugins:
        table.add_row(
            plugin.name,
            plugin.version,
            str(len(plugin.entries)),
            f"{1000 * plugin.seconds:.0f} ms",
            plugin.state,
            "; ".join(filter(None, (plugin.reason, *plugin.notes))),
        )
    _print(table)


def _print_grouped(entries: Sequence[Entry]) -> None:
    """Print the components under their kinds, each in one line of the terminal."""
    columns = [[entry.name for entry in entries], [entry.summary for entry in entries]]
    if width() >= WIDE:
        columns.append([entry.paper.partition(",")[0] for entry in entries])
        columns.append([entry.plugin for entry in entries])
    widths = [max(map(len, column), default=0) for column in columns]
    room = width() - sum(widths) + widths[1] - len(INDENT) - 2 * (len(columns) - 1)
    widths[1] = min(widths[1], max(room, 0))
    for kind, group in groupby(
        zip(entries, zip(*columns, strict=True), strict=True), lambda e: e[0].kind
    ):
        click.secho(("" if kind == entries[0].kind else "\n") + kind, bold=True)
        for _, cells in group:
            line = "  ".join(f"{cut(text, n):<{n}}" for text, n in zip(cells, widths, strict=True))
            click.echo(cut(INDENT + line.rstrip(), width()))


def _find(name: str, registry: Registry) -> Entry:
    kind, slash, rest = name.partition("/")
    if slash and kind not in KINDS:
        raise UsageError(f"There is no kind {kind!r} of component. {near(kind, KINDS)}")
    if slash:
        return registry.get(kind, rest)
    matches = [entry for entry in registry.entries() if name in (entry.name, entry.qualified)]
    if not matches:
        known = near(name, [entry.name for entry in registry.entries()])
        raise UsageError(f"There is no component {name!r}. {known}")
    if len({entry.kind for entry in matches}) > 1:
        choices = " or ".join(f"{entry.kind}/{entry.name}" for entry in matches)
        raise UsageError(f"{name!r} is the name of several components. Give one of: {choices}.")
    return registry.get(matches[0].kind, name)


def _show_options(rows: list[dict[str, Any]]) -> None:
    """Print a table of options, with a line about schedules if a schedule may change one."""
    scheduled = any(option["scheduled"] for option in rows)
    table = _table("option", "type", *(["scheduled"] if scheduled else []), "default")
    for option in rows:
        cell = ["yes" if option["scheduled"] else ""] if scheduled else []
        table.add_row(option["path"], option["words"], *cell, option["default"])
    _print(table)
    if scheduled:
        sentence = (
            "The value of a scheduled option may be a schedule: "
            '{"schedule": "linear", "start": 1, "end": 0}. See `ganzoo list schedule`.'
        )
        click.echo("\n" + wrapped(sentence))


def _options(component: Any, entry: Entry) -> list[dict[str, Any]]:
    from ganzoo.assembly.signature import REQUIRED, options_of
    from ganzoo.assembly.types_in_words import in_words, may_change

    signature = options_of(component, entry.kind)
    if entry.kind == "optimizer":
        from ganzoo.assembly.optimizers import COMMON

        signature = {**signature, **COMMON}
    return [
        {
            "name": option.name,
            "path": _place(entry) + option.name,
            "type": option.shown(),
            "words": in_words(option.type),
            "scheduled": may_change(option.type),
            "default": "(required)" if option.default is REQUIRED else _plain_value(option.default),
        }
        for option in signature.values()
    ]


def _place(entry: Entry) -> str:
    """The beginning of an option's path, as typed after ``--set``. A word in capitals is a
    placeholder for a name from the recipe."""
    places = {
        "optimizer": "optimizer.PLAYER.",
        "network": "networks.ROLE.",
        "schedule": "SETTING.",
        "metric": f"{entry.name}.",
        "features": "",
        "view": "",
    }
    kind = KINDS[entry.kind]
    if kind.several:
        return f"{kind.field}.{entry.name}."
    return places.get(entry.kind, f"{entry.kind}.")


def _plain_value(value: Any) -> str:
    """A default as typed."""
    try:
        return json.dumps(value)
    except TypeError:
        return repr(value)


def _doc(component: Any) -> str:
    import inspect

    return inspect.getdoc(component) or ""


def _plain(entry: Entry) -> dict[str, str]:
    return {
        "kind": entry.kind,
        "name": entry.name,
        "summary": entry.summary,
        "paper": entry.paper,
        "plugin": entry.plugin,
    }


def _plain_plugin(plugin: Plugin) -> dict[str, Any]:
    return {
        "name": plugin.name,
        "version": plugin.version,
        "distribution": plugin.distribution,
        "state": plugin.state,
        "reason": plugin.reason,
        "seconds": round(plugin.seconds, 4),
        "notes": list(plugin.notes),
        "path": plugin.path,
        "components": [f"{entry.kind}/{entry.name}" for entry in plugin.entries],
    }


def _print_broken(registry: Registry) -> None:
    for plugin in registry.plugins:
        if plugin.state in ("broken", "incompatible"):
            click.secho(f"Plugin {plugin.name} is {plugin.state}: {plugin.reason}", err=True)


def _table(*columns: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        wraps = column in ("summary", "reason", "type") and on_terminal()
        table.add_column(column, no_wrap=not wraps)
    return table


def _print(table: Table) -> None:
    """Print a table. In a pipe it is as wide as necessary, so that no cell is cut."""
    from rich.console import Console

    Console(width=None if on_terminal() else 1000, markup=False, emoji=False).print(table)
