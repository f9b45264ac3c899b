"""The commands of ganzoo, with their options and examples."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from ganzoo.cli import zoo
from gen.tables import cell


def cli() -> Iterator[str]:
    """Every command of ganzoo, by the sections of its help, with its help and examples."""
    zoo.list_commands(click.Context(zoo))  # the plugins add theirs
    for title, names in zoo.sections.items():
        yield f"## {title}\n"
        for name in names:
            yield from _command(zoo.commands[name], f"ganzoo {name}", level=3)


def _command(command: click.Command, path: str, level: int) -> Iterator[str]:
    yield f"{'#' * level} {path}\n"
    yield f"{_prose(command.help or '')}\n"
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from _command(inner, f"{path} {name}", level + 1)
        return
    context = click.Context(command, info_name=path)
    yield f"```text\n{path} {' '.join(command.collect_usage_pieces(context))}\n```\n"
    if examples := _examples(command.epilog or ""):
        yield f"```sh\n{examples}\n```\n"
    options = [option for option in command.params if isinstance(option, click.Option)]
    if options:
        yield "| option | effect |\n|---|---|"
    for option in options:
        default = f" Default: {option.default}." if option.show_default else ""
        yield f"| `{_usage(option)}` | {cell((option.help or '') + default)} |"
    yield ""


def _prose(help: str) -> str:
    """The help of a command as Markdown. Its lines after a \\b stay lines."""
    text, _, lines = inspect.cleandoc(help).partition("\b\n")
    return f"{text}```text\n{lines}\n```" if lines else text


def _examples(epilog: str) -> str:
    _, _, lines = epilog.partition("Examples:\n")
    return "\n".join(line.strip() for line in lines.splitlines())


def _usage(option: click.Option) -> str:
    names = ", ".join(sorted(option.opts, key=len))
    if option.is_flag:
        return names
    if isinstance(option.type, click.Choice):
        return f"{names} {'|'.join(option.type.choices)}"
    return f"{names} {option.metavar or 'N'}"
