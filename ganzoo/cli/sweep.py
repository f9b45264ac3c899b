"""``ganzoo sweep``: a run for every combination of choices, and the comparison of the runs."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.assembly.overrides import Change, with_path
from ganzoo.assembly.settings import read_config
from ganzoo.cli import options
from ganzoo.cli.group import (
    CommandError,
    command_error,
    registry_of,
    replace_unwritable,
    show_warnings,
)
from ganzoo.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from ganzoo.experiments.plan import Expected, Plan
    from ganzoo.experiments.task import Task
    from ganzoo.experiments.trials import Trial
    from ganzoo.registry import Registry


@click.command()
@options.recipe
@options.tried
@options.settings("Try these values of an option, such as batch_size=64,128.", "KEY=V1,V2")
@click.option(
    "--seeds",
    type=options.ONE_AT_LEAST,
    default=3,
    show_default=True,
    help="Seeds for each combination.",
)
@click.option(
    "--jobs", type=options.ONE_AT_LEAST, default=1, show_default=True, help="Runs at the same time."
)
@options.metrics
@options.count("samples", "Number of fakes for the metrics. By default that of each metric.")
@options.config("Settings that all runs share.")
@options.steps("Steps of each run.")
@options.batch_size("Samples in a batch, in all runs.")
@options.precision
@options.device
@options.data_dir
@options.plugin_files
@options.out("The folder of the runs. By default sweeps/RECIPE. A stopped sweep continues in it.")
@click.option("--dry-run", is_flag=True, help="Print the commands that are left, a line per run.")
@options.as_json
@options.quiet("the comparison")
def sweep(recipe: str, **request: Any) -> None:
    """Train every combination of choices, and compare the runs.

    Each combination is trained with several seeds, each a run in DIR. The same command continues a
    stopped sweep: finished runs stay as they are, interrupted runs are resumed.
    """
    from ganzoo.experiments.trials import choices, trials
    from ganzoo.registry.kinds import SWAPPED

    registry = registry_of(request["plugin_files"])
    for name in request["metrics"]:
        registry.get("metric", name)
    varied = choices({kind: request[kind] for kind in SWAPPED}, request["settings"])
    fixed = _fixed(request, registry)
    product = trials(registry.recipe(recipe), fixed, varied, request["seeds"], registry)
    if len(product) < 2:
        raise UsageError("This sweep has only one run: give choices, or more --seeds.")
    expected = _check(product, [path for path, _ in fixed], registry, request)
    plan = _plan(recipe, request, expected)
    if request["dry_run"]:
        for trial in product:
            if left := [["ganzoo", *task.words] for task in plan.tasks(trial)]:
                first = [["rm", "-r", str(plan.path(trial))]] if plan.stale(trial) else []
                click.echo(" && ".join(map(shlex.join, [*first, *left])))
        return
    errors = _play(plan, product, request["jobs"], shown=not request["quiet"])
    _compare(plan, product, errors, request["as_json"])


def _fixed(request: dict[str, Any], registry: Registry) -> list[Change]:
    """The changes of the recipe that all runs share."""
    fixed = read_config(Path(request["config"])) if request["config"] else []
    named = {key: request[key] for key in ("steps", "batch_size")}
    fixed += [(key, value) for key, value in named.items() if value is not None]
    return [with_path(change, registry) for change in fixed]


def _check(
    trials: Sequence[Trial], fixed: Sequence[str], registry: Registry, request: dict[str, Any]
) -> dict[str, set[Expected]]:
    from ganzoo.device import choose_device
    from ganzoo.experiments import sweep as sweeping
    from ganzoo.experiments.feasibility import Feasibility
    from ganzoo.request import Request, asks_for_data

    how = Request(
        choose_device(request["device"]),
        seed=0,
        asked_data=asks_for_data([*fixed, *(choice.path for choice in trials[0].choices)]),
        data_root=request["data_dir"],
    )
    return sweeping.check(
        trials, Feasibility(registry, how, request["metrics"], request["samples"])
    )


def _plan(recipe: str, request: dict[str, Any], expected: dict[str, set[Expected]]) -> Plan:
    from ganzoo.experiments.plan import Plan

    def given(*keys: str) -> dict[str, Any]:
        return {key: request[key] for key in keys if request[key] is not None}

    return Plan(
        recipe=recipe,
        out=Path(request["out"] or Path("sweeps") / recipe.rpartition(":")[2]),
        training=given("config", "steps", "batch_size"),
        metrics=request["metrics"],
        samples=request["samples"],
        shared={**given("device", "data_dir"), "plugins": request["plugin_files"]},
        precision=request["precision"],
        expected=expected,
    )


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


def _play(plan: Plan, trials: Sequence[Trial], jobs: int, *, shown: bool) -> dict[str, str]:
    """Perform the plan. Returns the error of each failed run, by the name of the run."""
    from ganzoo.experiments import sweep as sweeping

    errors = {}
    try:
        with _progress(len(trials), shown=shown) as progress:
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
    from ganzoo.cli.evaluate import shown
    from ganzoo.evaluation.report import compare
    from ganzoo.evaluation.report import html as report

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
def _progress(count: int, *, shown: bool) -> Iterator[_Lines]:
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

    console = Console(stderr=True, highlight=False, soft_wrap=True, quiet=not shown)
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
