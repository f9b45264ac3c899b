"""``ganzoo runs``: the runs in a folder, newest first."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.run.scalars import NAMES, shown

if TYPE_CHECKING:
    from ganzoo.run.listing import RunSummary

# The numbers that are shown, of those that a run has. Without a distance: the first two results.
DISTANCES, LOGGED = ("fid", "fd"), ("loss_d", "loss_g", "d_accuracy")


@click.command()
@click.argument("folder", required=False, type=options.FOLDER)
@options.as_json
def runs(folder: str | None, as_json: bool) -> None:
    """List the runs in a FOLDER, newest first.

    Without FOLDER, the runs in runs/. Each run has its date, recipe, dataset and steps, its Fréchet
    distance or other results if it was evaluated, and the last logged numbers. `latest` names the
    newest run in every command that takes a RUN.
    """
    from ganzoo.run import listing

    place = Path(folder or listing.RUNS)
    found = listing.runs(place)
    if as_json:
        click.echo(json.dumps([_plain(place, run) for run in found], indent=2))
    elif not found:
        click.echo(f"There are no runs in {place}. `ganzoo train` makes one.")
    elif sys.stdout.isatty():
        click.echo("\n".join(line for run in found for line in _lines(place, run)))
    else:
        for run in found:
            click.echo("\t".join([str(place / run.path.name), *_cells(run)]))


def _plain(place: Path, run: RunSummary) -> dict[str, Any]:
    return {
        **asdict(run),
        "path": str(place / run.path.name),
        "date": run.date.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "numbers": dict(run.numbers),
    }


def _cells(run: RunSummary) -> list[str]:
    results = [name for name in DISTANCES if name in run.numbers] or [*run.measured[:2]]
    known = [*results, *(name for name in LOGGED if name in run.numbers)] or [*run.numbers][:3]
    numbers = (f"{NAMES.get(name, name)} {shown(name, run.numbers[name])}" for name in known)
    return [
        run.date.astimezone().strftime("%Y-%m-%d %H:%M"),
        f"{run.recipe} on {run.dataset}",
        f"{run.step:,}/{run.steps:,} steps",
        ", ".join(numbers),
    ]


def _lines(place: Path, run: RunSummary) -> Iterator[str]:
    """A run on a terminal: its folder, which a command takes, and below it all else."""
    yield click.style(str(place / run.path.name), bold=True)
    width = shutil.get_terminal_size().columns
    *about, numbers = _cells(run)
    # A number stays in the line of its name.
    whole = ", ".join(each.replace(" ", "\xa0") for each in numbers.split(", "))
    lines = textwrap.wrap(
        "  ".join(filter(None, [*about, whole])),
        width,
        initial_indent="  ",
        subsequent_indent="    ",
        break_on_hyphens=False,
    )
    yield from (line.replace("\xa0", " ") for line in lines)
