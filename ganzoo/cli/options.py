"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

import click

from ganzoo.cli.completion import names

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
plugin_files = click.option(
    "--plugin",
    "plugin_files",
    type=click.Path(),
    metavar="FILE.py",
    multiple=True,
    help="Use a one-file plugin. Repeatable.",
)
data_dir = click.option(
    "--data-dir",
    type=click.Path(),
    metavar="DIR",
    help="Where datasets lie; else $GANZOO_DATA, else the user's cache.",
)
device = click.option(
    "--device", metavar="NAME", default="auto", show_default=True, help="auto, cpu, cuda or mps."
)
seed = click.option(
    "--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True, help="Random seed."
)


precision = click.option(
    "--precision", type=click.Choice(["fp32", "bf16"]), default="fp32", show_default=True
)


def words(values: Mapping[str, Any]) -> list[str]:
    """Options as they are typed, by their parameters' names; those that are None are left out."""
    given = [(f"--{key.replace('_', '-')}", v) for key, v in values.items() if v is not None]
    return [word for option, value in given for word in (option, str(value))]


def plugin_words(files: Iterable[str]) -> list[str]:
    return [word for file in files for word in ("--plugin", str(file))]


def swap(kind: str, help: str, multiple: bool = False) -> Callable[[F], F]:
    """An option that names a component of a kind."""
    return click.option(
        f"--{kind}", metavar="NAME", multiple=multiple, shell_complete=names(kind), help=help
    )


def reporting(command: F) -> F:
    """How a training tells of itself."""
    command = click.option("--quiet", "-q", is_flag=True, help="Print the run's path alone.")(
        command
    )
    return click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object at the end."
    )(command)
