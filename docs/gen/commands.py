"""The commands of ganzoo: a table of all, and a page for each section of the help."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from ganzoo.cli import zoo
from gen.tables import cell, head

OVERVIEW = "cli.md"


def cli() -> Iterator[str]:
    """A table of the commands by sections, linked to the sections' pages."""
    yield head("section", "command", "effect")
    for title, names in _by_section().items():
        page = _page(title)
        section = f"**[{title}]({page})**"
        for name in names:
            link = f"[`ganzoo {name}`]({page}#ganzoo-{name})"
            yield f"| {section} | {link} | {cell(_effect(name))} |"
            section = ""
    yield ""


def sections() -> dict[str, str]:
    """The pages of the sections by their paths: every command with its help, examples and
    options."""
    return {
        _page(title): "\n".join(_section(title, names)) for title, names in _by_section().items()
    }


def _by_section() -> dict[str, list[str]]:
    zoo.list_commands(click.Context(zoo))  # the plugins add theirs
    return zoo.sections


def _effect(name: str) -> str:
    return zoo.commands[name].get_short_help_str(limit=1000).rstrip(".")


def _page(title: str) -> str:
    return f"cli/{title.lower().replace(' ', '-')}.md"


def _section(title: str, names: list[str]) -> Iterator[str]:
    yield f"---\ntitle: {title}\n---\n\n# Commands: {title.lower()}\n"
    yield f"A part of [the commands](../{OVERVIEW}). The links lead to the options of each.\n"
    for name in names:
        yield f"- [`ganzoo {name}`](#ganzoo-{name}): {_effect(name)}"
    yield ""
    for name in names:
        yield from _command(zoo.commands[name], f"ganzoo {name}", level=2)


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
        yield head("option", "effect")
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
