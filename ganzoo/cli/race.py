"""``ganzoo race``: the seconds of training until a metric reaches a value."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.assembly.settings import parse_setting
from ganzoo.cli import component_options, options
from ganzoo.cli.group import registry_of

if TYPE_CHECKING:
    from ganzoo.experiments.race import Lap, Standing

RECORD = "record.json"


@click.command()
@options.recipe
@component_options.components
@click.option(
    "--to",
    "targets",
    type=float,
    metavar="VALUE",
    multiple=True,
    default=(4.0, 2.0, 1.0),
    show_default=True,
    help="The value that the metric must reach. Repeatable.",
)
@options.objective("The metric")
@click.option(
    "--seeds",
    type=options.ONE_AT_LEAST,
    default=5,
    show_default=True,
    help="Number of trainings: seeds 0, 1, ...",
)
@click.option(
    "--checks",
    type=options.ONE_AT_LEAST,
    default=30,
    show_default=True,
    help="Number of measurements of each training, at equal distances.",
)
@options.count("samples", "Fakes in each measurement. By default the metric's own number.")
@options.settings("Change a setting.")
@options.steps("Steps of each training.")
@options.device
@options.precision
@options.memory_format
@options.data_dir
@options.plugin_files
@options.out("The folder of the trainings and of record.json. By default races/RECIPE.")
@options.as_json
@options.quiet("the result")
def race(
    recipe: str,
    without: list[str],
    targets: tuple[float, ...],
    metric: str | None,
    seeds: int,
    checks: int,
    samples: int | None,
    settings: tuple[str, ...],
    plugin_files: tuple[str, ...],
    out: str | None,
    as_json: bool,
    quiet: bool,
    components: dict[str, Any],
    **request: Any,
) -> None:
    """Measure the time of training until a metric reaches a value.

    The time starts at the first step, and does not include the measurements.
    """
    chosen = dict(map(parse_setting, settings))
    registry = registry_of(plugin_files)
    registry.get("recipe", recipe)
    from ganzoo.experiments import race as racing
    from ganzoo.run import Run
    from ganzoo.run.files import write_whole

    folder = Path(out or Path("races") / recipe.rpartition(":")[2])
    heats, objective = racing.race(
        recipe,
        seeds=range(seeds),
        metric=metric,
        checks=checks,
        out=folder,
        training={
            "set": chosen,
            "without": without,
            "command": ["ganzoo", *sys.argv[1:]],
            **components,
            **request,
        },
        samples=samples,
        registry=registry,
        told=_no_remark if quiet else _tell,
    )
    lower = objective.lower
    found = racing.standings(heats, sorted(targets, reverse=lower), lower=lower)
    record = racing.record(Run.open(folder / "seed-0"), objective.name, heats, found)
    write_whole(folder / RECORD, (json.dumps(record, indent=1) + "\n").encode())
    if as_json:
        click.echo(json.dumps(record))
        return
    for standing in found:
        click.echo(_line(standing, objective.name))
    click.echo(f"The record is in {folder / RECORD}")


def _no_remark(seed: int, lap: Lap, number: str) -> None:
    """For --quiet: a measurement is made without a line."""


def _tell(seed: int, lap: Lap, number: str) -> None:
    click.echo(
        f"seed {seed}  step {lap.step}  {lap.seconds:.1f} s  {number} {lap.value:.4g}", err=True
    )


def _line(standing: Standing, metric: str) -> str:
    start = f"{metric} {standing.target:g}: "
    if standing.seconds is None:
        return f"{start}not reached with any of {standing.seeds} seeds"
    error = "" if standing.stderr is None else f" ± {standing.stderr:.1f}"
    return (
        f"{start}{standing.seconds:.1f}{error} s, reached with {standing.reached} of "
        f"{standing.seeds} seeds"
    )
