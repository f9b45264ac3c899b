"""``ganzoo sweep``: a run for every combination of choices, and the comparison of the runs."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.completion import names
from ganzoo.cli.group import (
    CommandError,
    command_error,
    registry_of,
    replace_unwritable,
    show_warnings,
)
from ganzoo.errors import Interrupted

if TYPE_CHECKING:
    from ganzoo.experiments.plan import Plan
    from ganzoo.experiments.task import Task
    from ganzoo.experiments.trials import Trial

ONE_AT_LEAST = click.IntRange(1)


@click.command()
@click.argument("recipe", shell_complete=names("recipe"))
@options.tried
@click.option(
    "--set",
    "settings",
    metavar="KEY=V1,V2",
    multiple=True,
    help="Try these values of an option, such as batch_size=64,128. Repeatable.",
)
@click.option(
    "--seeds", type=ONE_AT_LEAST, default=3, show_default=True, help="Seeds for each combination."
)
@click.option(
    "--jobs", type=ONE_AT_LEAST, default=1, show_default=True, help="Runs at the same time."
)
@click.option(
    "--metric",
    "metrics",
    metavar="NAME",
    multiple=True,
    shell_complete=names("metric"),
    help="Compute this metric. Repeatable. By default all metrics that fit the data.",
)
@click.option("-n", "--samples", type=ONE_AT_LEAST, help="Number of fakes for the metrics.")
@click.option("--config", type=options.PLACE, metavar="FILE", help="Settings that all runs share.")
@click.option("--steps", type=ONE_AT_LEAST, help="Steps of each run.")
@click.option("--batch-size", type=ONE_AT_LEAST, help="Samples in a batch, in all runs.")
@options.precision
@options.device
@options.data_dir
@options.plugin_files
@click.option(
    "--out",
    type=options.PLACE,
    metavar="DIR",
    help="The folder of the runs. By default sweeps/RECIPE. A stopped sweep continues in it.",
)
@click.option("--dry-run", is_flag=True, help="Print the commands that are left, a line per run.")
@options.as_json
def sweep(recipe: str, **request: Any) -> None:
    """Train every combination of choices, with several seeds each, and compare the runs.

    Each combination and seed is a run in DIR. The same command continues a stopped sweep: finished
    runs stay as they are, interrupted runs are resumed.
    """
    from ganzoo.experiments.trials import choices
    from ganzoo.registry.kinds import SWAPPED

    registry = registry_of(request["plugin_files"])
    for name in request["metrics"]:  # before torch is imported: an unknown name fails at once
        registry.get("metric", name)
    varied = choices({kind: request[kind] for kind in SWAPPED}, request["settings"])
    from ganzoo.experiments.prepare import prepare

    plugins = request.pop("plugin_files")
    sweep = prepare(recipe, varied, {**request, "plugins": plugins}, registry)
    plan, product = sweep.plan, sweep.trials
    if request["dry_run"]:
        for trial in product:
            if left := [["ganzoo", *task.words] for task in plan.tasks(trial)]:
                first = [["rm", "-r", str(plan.path(trial))]] if plan.stale(trial) else []
                click.echo(" && ".join(map(shlex.join, [*first, *left])))
        return
    errors = _play(plan, product, request["jobs"])
    _compare(plan, product, errors, request["as_json"])


def perform(task: Task) -> int:
    """Perform a task in a process of the sweep, with the output of its command. Returns the exit
    code."""
    import ganzoo
    from ganzoo.cli.console import console_observer, farewell
    from ganzoo.cli.evaluate import report

    try:
        replace_unwritable()
        show_warnings()
        if task.function == "evaluate":
            report(ganzoo.Run.open(task.subject), ganzoo.evaluate(task.subject, **task.request))
            return 0
        how: dict[str, Any] = {**task.request, "observers": [console_observer()]}
        if task.function == "train":
            farewell(ganzoo.train(task.subject, command=["ganzoo", *task.words], **how))
        else:
            farewell(ganzoo.resume(task.subject, **how))
    except BaseException as error:
        if not isinstance(error, Exception | KeyboardInterrupt):
            raise
        shown = command_error(error)
        shown.show()
        return shown.exit_code
    return 0


def _play(plan: Plan, trials: Sequence[Trial], jobs: int) -> dict[str, str]:
    """Perform the plan. Returns the error of each failed run, by the name of the run."""
    from ganzoo.experiments import sweep as sweeping

    errors = {}
    try:
        with _progress(len(trials)) as progress:
            for trial, error in sweeping.play(plan, trials, jobs, progress.started, perform):
                progress.ended(trial, error)
                if error:
                    errors[trial.name] = error
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted. The runs so far are in {plan.out}; the same command continues them."
        ) from None
    return errors


def _compare(plan: Plan, trials: Sequence[Trial], errors: dict[str, str], as_json: bool) -> None:
    from ganzoo.cli.compare import plain, show
    from ganzoo.evaluation.report import compare
    from ganzoo.evaluation.report import html as report
    from ganzoo.evaluation.rounding import shown

    good = [plan.path(trial) for trial in trials if trial.name not in errors]
    out = plan.out / "comparison.html"
    if len(good) > 1:
        comparison = compare.compare(good)
        report.write(out, comparison, shown)
        if as_json:
            click.echo(json.dumps({"report": str(out), **plain(comparison)}, indent=2))
        else:
            show(comparison)
            click.echo(f"\n{out}")
    if errors:
        lines = "\n".join(f"  {name}: {error}" for name, error in errors.items())
        raise CommandError(f"{len(errors)} of {len(trials)} runs failed:\n{lines}", 1)


@contextmanager
def _progress(count: int) -> Iterator[_Lines]:
    """A line for each start and end of a run, on standard error, since standard output is for the
    comparison; on a terminal also a bar with the remaining time."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, highlight=False, soft_wrap=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("runs,"), TimeRemainingColumn())
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        yield _Lines(bar, bar.add_task("", total=count), count)


class _Lines:
    def __init__(self, bar: Any, task: Any, count: int) -> None:
        self._bar, self._task, self._count = bar, task, count
        self._starts: dict[str, float] = {}
        self._ended = 0

    def started(self, trial: Trial) -> None:
        self._starts[trial.name] = time.monotonic()
        self._print(f"{trial.name}: started")

    def ended(self, trial: Trial, error: str) -> None:
        self._ended += 1
        start = self._starts.get(trial.name)
        seconds = None if start is None else round(time.monotonic() - start)
        outcome = "was done" if seconds is None else f"done in {timedelta(seconds=seconds)}"
        self._print(f"{trial.name}: {error or outcome} ({self._ended} of {self._count})")
        self._bar.advance(self._task)

    def _print(self, line: str) -> None:
        self._bar.console.print(line, markup=False)
