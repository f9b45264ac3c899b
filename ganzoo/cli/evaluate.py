"""``ganzoo evaluate``: metrics of a run's samples."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.completion import names
from ganzoo.cli.terminal import wrapped
from ganzoo.evaluation.rounding import arrow, shown

if TYPE_CHECKING:
    from rich.console import Console

    from ganzoo.evaluation.results import Result
    from ganzoo.run import Run

Report = Callable[[float, str], None]  # called with the share that is done, and the task in words


@click.command()
@options.run
@options.metrics("Compute this metric. Repeatable. By default all metrics that fit the data.")
@options.weights
@options.average
@options.count("samples", "Number of fakes. By default the number in each metric's protocol.")
@click.option(
    "--repeats",
    type=options.ONE_AT_LEAST,
    default=3,
    show_default=True,
    help="Number of times that fakes are drawn, each with the next seed, for a standard error.",
)
@options.seed
@click.option("--split", metavar="NAME", help="Split of the reals. By default the metric's split.")
@click.option(
    "--features",
    metavar="NAME",
    default="auto",
    show_default=True,
    shell_complete=names("features"),
    help="Features of the samples: auto, or a name from `ganzoo list features`.",
)
@click.option(
    "--set",
    "settings",
    metavar="METRIC.OPTION=VALUE",
    multiple=True,
    help="Set an option of a metric, such as kid.subsets=50. Repeatable.",
)
@options.device
@options.data_dir
@options.moved
@options.plugin_files
@options.as_json
@options.quiet("the results")
def evaluate(
    run: str,
    metrics: tuple[str, ...],
    settings: tuple[str, ...],
    plugin_files: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **request: Any,
) -> None:
    """Measure the samples of a RUN by metrics.

    The results are also written into the folder of the run, in evaluations.json.
    """
    from ganzoo.assembly.settings import parse_setting
    from ganzoo.run import Run
    from ganzoo.run.provenance import registry_for

    metric_options = dict(map(parse_setting, settings))
    opened = Run.open(run)
    registry = registry_for(plugin_files)
    for name in metrics:  # before torch is imported: an unknown name fails at once
        registry.get("metric", name)
    if request["features"] != "auto":
        registry.get("features", request["features"])
    import ganzoo

    with progress_shown(shown=not (quiet or as_json)) as progress:
        results = ganzoo.evaluate(
            opened,
            metrics or None,
            set=metric_options,
            progress=progress,
            registry=registry,
            **request,
        )
    if as_json:
        step, plain = results[0].protocol.step, [result.plain() for result in results]
        click.echo(json.dumps({"run": str(opened.path), "step": step, "results": plain}, indent=2))
        return
    report(opened, results)


def report(run: Run, results: Sequence[Result]) -> None:
    """Print the results of an evaluation."""
    click.echo(f"{run.path} at step {results[0].protocol.step:,}")
    click.echo("\n".join(table(results)))


def table(results: Iterable[Result]) -> Iterator[str]:
    """The lines of a table: the numbers in groups, each group followed by its protocol."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for r in results:
        name = r.name if r.name == r.metric else f"{r.metric}.{r.name}"  # as --metric takes it
        cells = (name, shown(r.value, r.stderr), arrow(r.lower_is_better))
        groups.setdefault(_protocol(r), []).append(cells)
    for protocol, rows in groups.items():
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield ""
        for row in rows:
            padded = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            yield "  " + "  ".join(padded)
        yield wrapped(f"  {protocol}", "  ")
    yield "\n↓ lower is better, ↑ higher is better"


def _protocol(result: Result) -> str:
    p = result.protocol
    seeds = f"seed {p.seed}" if p.repeats == 1 else f"seeds {p.seed} to {p.seed + p.repeats - 1}"
    times = f", {p.repeats} times ± standard error" if p.repeats > 1 else ""
    features = " ".join(filter(None, (p.features, p.fingerprint)))
    suffix = f"; features: {features}" if p.features else ""
    reals = f"{p.reals:,} reals of {p.dataset} ({p.split})"
    return f"{p.fakes:,} fakes{times} ({seeds}), against {reals}{suffix}"


@contextmanager
def progress_shown(*, shown: bool) -> Iterator[Report | None]:
    """A bar with the remaining time on a terminal, lines elsewhere. It goes to standard error,
    since standard output is for the table."""
    if not shown:
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    with _bar(console) as report:
        yield report


@contextmanager
def _bar(console: Console) -> Iterator[Report]:
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    from rich.text import Text

    columns = (
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}{task.description}"),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task, left = progress.add_task("", total=1.0, left=""), _clock()

        def report(share: float, words: str) -> None:
            description = Text(words).markup
            progress.update(task, completed=share, description=description, left=left(share))

        yield report


def _lines(interval: float = 30.0) -> Report:
    """Prints a line whenever the task changes, and every ``interval`` seconds."""
    last_task, last_time, left = "", 0.0, _clock()

    def report(share: float, task: str) -> None:
        nonlocal last_task, last_time
        now = time.monotonic()
        if task != last_task or now - last_time > interval:
            last_task, last_time = task, now
            click.echo(f"{100 * share:3.0f} %  {left(share)}{task}", err=True)

    return report


def _clock() -> Callable[[float], str]:
    """Gives the remaining time in words, from the share that is done, at a constant speed."""
    started = time.monotonic()

    def left(share: float) -> str:
        if not 0.02 < share < 1:  # too early for an estimate
            return ""
        seconds = (time.monotonic() - started) * (1 - share) / share
        minutes, seconds = divmod(round(seconds), 60)
        return f"{minutes}:{seconds:02} left, "

    return left
