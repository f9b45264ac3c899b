"""Options that name the components of a recipe: one for each kind that can be exchanged."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

import click

from ganzoo.cli.completion import names
from ganzoo.cli.options import F, one_each
from ganzoo.registry.kinds import SWAPPED


def components(command: F) -> F:
    """Adds an option for each kind of component that can be named on the command line, and for a
    kind with several components in a recipe also a flag that leaves out the recipe's own
    components. The command gets ``components``, by option, and ``without``."""

    @functools.wraps(command)
    def collected(**values: Any) -> Any:
        named = {option: values.pop(option) for option in SWAPPED}
        several = [option for option, kind in SWAPPED.items() if kind.several]
        without = [option for option in several if values.pop(f"no_{option}")]
        given = {option: value for option, value in named.items() if value}
        return command(components=given, without=without, **values)

    decorated: Any = collected
    for option, kind in reversed(SWAPPED.items()):
        if kind.several:
            decorated = click.option(
                f"--no-{option}", is_flag=True, help=f"Leave out the recipe's own {kind.field}."
            )(decorated)
        decorated = swap(option, kind.help, multiple=kind.several)(decorated)
    return cast("F", decorated)


def tried(command: F) -> F:
    """Adds a repeatable option for each kind of component that a sweep varies."""
    for option, kind in reversed(SWAPPED.items()):
        several = f"Try this {kind.name}; A+B: both; 'none': no {kind.field}. Repeatable."
        one = f"Try this {kind.name}. Repeatable."
        command = swap(option, several if kind.several else one, multiple=True)(command)
    return command


def swap(option: str, help: str, multiple: bool = False) -> Callable[[F], F]:
    """An option whose value is the name of a component of a kind."""
    return click.option(
        f"--{option}",
        metavar="NAME",
        multiple=multiple,
        callback=one_each if multiple else None,
        shell_complete=names(SWAPPED[option].name),
        help=help,
    )
