"""The types of parameters that several commands share."""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click import Context, Parameter
from click.shell_completion import CompletionItem

from ganzoo.errors import GanzooError, near
from ganzoo.paths import expanded

if TYPE_CHECKING:  # it is generic in new versions of click only
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType

LATEST = "latest"


class Place(click.Path):
    """A path in which ~ is the home folder. A shell does not replace the ~ in ``--out=~/r``."""

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> Any:
        return str(expanded(str(super().convert(value, param, ctx))))


class RunFolder(Place):
    """The folder of a run, or another file of a generator: a path, the name of a run in runs/, or
    ``latest`` for the newest run in runs/. A path that exists goes before a name. Whether there is
    such a run, the command finds out."""

    name = "run"

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> Any:
        from ganzoo.run.listing import RUNS, runs

        path = str(super().convert(value, param, ctx))
        if Path(path).exists():
            return path
        if value == LATEST:
            newest = next(iter(runs()), None)
            if newest is None:
                raise GanzooError(
                    f"There is no run in {RUNS}/ yet, so `{LATEST}` names none. To make one: "
                    "ganzoo train RECIPE (`ganzoo list recipe` lists the recipes)"
                )
            return str(Path(RUNS) / newest.path.name)
        named = Path(RUNS) / path
        return str(named) if len(Path(path).parts) == 1 and named.is_dir() else path

    def shell_complete(self, ctx: Context, param: Parameter, incomplete: str) -> list[Any]:
        """``latest``, and the folders of runs whose path begins with the incomplete one: two levels
        of folders from its last slash on."""
        head, slash, _ = incomplete.rpartition("/")
        start = expanded(head + slash or ".")
        found = [*start.glob("*/config.json"), *start.glob("*/*/config.json")]
        folders = (file.parent.relative_to(start) for file in found)
        visible = (each for each in folders if not any(p.startswith(".") for p in each.parts))
        words = [LATEST, *sorted(f"{head}{slash}{each.as_posix()}" for each in visible)]
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


class WholeNumber(ParamType):
    """A whole number from ``least`` to ``most``."""

    name = "n"

    def __init__(self, least: int, most: int = 2**63 - 1) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a whole number.", param, ctx)
        if number < self.least:
            self.fail(f"It must be at least {self.least}, not {number}.", param, ctx)
        if number > self.most:
            self.fail(f"It must be at most {self.most}, not {number}.", param, ctx)
        return number


class Number(ParamType):
    """A finite number, not below ``least``."""

    name = "number"

    def __init__(self, least: float = -math.inf) -> None:
        self.least = least

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> float:
        try:
            number = float(value)
        except ValueError:
            self.fail(f"{value!r} is not a number.", param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        if number < self.least:
            self.fail(f"It must be at least {self.least:g}, not {number:g}.", param, ctx)
        return number


class OneOf(ParamType):
    """One of a few names. ``noun``: the names in a word, such as "kind of component"."""

    def __init__(self, noun: str, choices: Iterable[str]) -> None:
        self.name, self.choices = noun, tuple(choices)

    def convert(self, value: Any, param: Parameter | None, ctx: Context | None) -> str:
        if value not in self.choices:
            self.fail(f"There is no {self.name} {value!r}. {near(value, self.choices)}", param, ctx)
        return str(value)

    def shell_complete(self, ctx: Context, param: Parameter, incomplete: str) -> list[Any]:
        return [CompletionItem(each) for each in self.choices if each.startswith(incomplete)]
