"""``ganzoo evaluate``: how good a run's samples are, by which protocol."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.completion import names

if TYPE_CHECKING:
    from rich.console import Console

    from ganzoo.evaluation.results import Result
    from ganzoo.run import Run

Tell = Callable[[float, str], None]


@click.command()
@click.argument("run", type=options.PLACE)
@click.option(
    "--metric",
    "metrics",
    metavar="NAME",
    multiple=True,
    shell_complete=names("metric"),
    help="Compute this one. Repeatable; else all that fit the data.",
)
@click.option(
    "-n",
    "--samples",
    type=click.IntRange(1),
    help="Fakes to draw; else as many as the metric's protocol takes.",
)
@click.option(
    "--repeats",
    type=click.IntRange(1),
    default=3,
    show_default=True,
    help="How often to draw them, each time with the next seed, for a standard error.",
)
@options.seed
@click.option("--split", metavar="NAME", help="Of the data to compare with; else the metric's own.")
@click.option(
    "--features",
    metavar="NAME",
    default="auto",
    show_default=True,
    shell_complete=names("features"),
    help="What samples are compared by: `ganzoo list features` names them.",
)
@click.option(
    "--set",
    "settings",
    metavar="METRIC.KNOB=VALUE",
    multiple=True,
    help="Set an option of a metric, such as kid.subsets=50. Repeatable.",
)
@options.device
@options.data_dir
@options.moved
@options.plugin_files
@options.as_json
@click.option("--quiet", "-q", is_flag=True, help="Show no progress.")
def evaluate(
    run: str,
    metrics: tuple[str, ...],
    settings: tuple[str, ...],
    plugin_files: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    **request: Any,
) -> None:
    """Measure a RUN's samples, and keep the results in its folder, in evaluations.json."""
    from ganzoo.assembly.settings import parse_setting
    from ganzoo.run import Run
    from ganzoo.run.provenance import registry_for

    chosen = dict(map(parse_setting, settings))
    opened = Run.open(run)
    registry = registry_for(plugin_files)
    for name in metrics:  # a name that there is not is told before torch is imported
        registry.get("metric", name)
    if request["features"] != "auto":
        registry.get("features", request["features"])
    import ganzoo

    with _progress(shown=not (quiet or as_json)) as tell:
        results = ganzoo.evaluate(
            opened,
            metrics or None,
            set=chosen,
            progress=tell,
            registry=registry,
            **request,
        )
    if as_json:
        step, plain = results[0].protocol.step, [result.plain() for result in results]
        click.echo(json.dumps({"run": str(opened.path), "step": step, "results": plain}, indent=2))
        return
    report(opened, results)


def report(run: Run, results: Sequence[Result]) -> None:
    """Print an evaluation's results."""
    click.echo(f"{run.path} at step {results[0].protocol.step:,}")
    click.echo("\n".join(table(results)))


def table(results: Iterable[Result]) -> Iterator[str]:
    """The numbers in groups, each with a line that says by which protocol they were measured."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for r in results:
        arrow = "↓" if r.lower_is_better else "↑"
        row = (r.metric, r.name, shown(r.value, r.stderr), arrow)
        groups.setdefault(_protocol(r), []).append(row)
    for protocol, rows in groups.items():
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        yield ""
        for each in rows:
            cells = (f"{cell:<{width}}" for cell, width in zip(each, widths, strict=True))
            yield "  " + "  ".join(cells)
        yield f"  {protocol}"
    yield "\n↓ lower is better, ↑ higher is better"


def _protocol(result: Result) -> str:
    p = result.protocol
    seeds = f"seed {p.seed}" if p.repeats == 1 else f"seeds {p.seed} to {p.seed + p.repeats - 1}"
    times = f", {p.repeats} times ± standard error" if p.repeats > 1 else ""
    by = f"; by {' '.join(filter(None, (p.features, p.fingerprint)))}" if p.features else ""
    return f"{p.fakes:,} fakes{times} ({seeds}), against {p.reals:,} of {p.dataset} ({p.split}){by}"


def shown(value: float, stderr: float | None) -> str:
    """A number as people read it: with a standard error, to its second digit."""
    if stderr is None:
        return f"{value:.5g}"
    if stderr == 0:
        return f"{value:.5g} ± 0"
    digits = 1 - math.floor(math.log10(stderr))
    if digits > 6:
        return f"{value:.5g} ± {stderr:.1e}"
    return f"{value:.{max(digits, 0)}f} ± {stderr:.{max(digits, 0)}f}"


@contextmanager
def _progress(*, shown: bool) -> Iterator[Tell | None]:
    """A bar with the time to go on a terminal, lines in a pipe; on standard error, since what was
    asked for is the table."""
    if not shown:
        yield None
        return
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield _lines()
        return
    with _bar(console) as tell:
        yield tell


@contextmanager
def _bar(console: Console) -> Iterator[Tell]:
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

        def tell(share: float, what: str) -> None:
            description = Text(what).markup
            progress.update(task, completed=share, description=description, left=left(share))

        yield tell


def _lines(every: float = 30.0) -> Tell:
    """A line whenever something else is done, and every so many seconds."""
    before, last, left = "", 0.0, _clock()

    def tell(share: float, what: str) -> None:
        nonlocal before, last
        now = time.monotonic()
        if what != before or now - last > every:
            before, last = what, now
            click.echo(f"{100 * share:3.0f} %  {left(share)}{what}", err=True)

    return tell


def _clock() -> Callable[[float], str]:
    """Tells the time to go, from the share that is done: as if the rest went as fast."""
    started = time.monotonic()

    def left(share: float) -> str:
        if not 0.02 < share < 1:  # before, nobody knows
            return ""
        seconds = (time.monotonic() - started) * (1 - share) / share
        minutes, seconds = divmod(round(seconds), 60)
        return f"{minutes}:{seconds:02} to go, "

    return left
