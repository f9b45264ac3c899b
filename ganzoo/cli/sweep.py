"""``ganzoo sweep``: every combination of some choices, each a run, and the comparison of all."""

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
from ganzoo.cli.completion import names
from ganzoo.cli.group import Told, registry_of, replace_unwritable, tell_of_warnings, told
from ganzoo.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from ganzoo.experiments.plan import Expected, Plan
    from ganzoo.experiments.task import Task
    from ganzoo.experiments.trials import Trial
    from ganzoo.registry import Registry

ONE_AT_LEAST = click.IntRange(1)


@click.command()
@click.argument("recipe", shell_complete=names("recipe"))
@options.tried
@click.option(
    "--set",
    "settings",
    metavar="KEY=V1,V2",
    multiple=True,
    help="Try these values of an option, such as batch_size=64,128. Repeatable, for other options.",
)
@click.option(
    "--seeds", type=ONE_AT_LEAST, default=3, show_default=True, help="Runs of each combination."
)
@click.option("--jobs", type=ONE_AT_LEAST, default=1, show_default=True, help="Runs at a time.")
@click.option(
    "--metric",
    "metrics",
    metavar="NAME",
    multiple=True,
    shell_complete=names("metric"),
    help="Measure this. Repeatable; else all that fit the data.",
)
@click.option("-n", "--samples", type=ONE_AT_LEAST, help="Fakes that metrics are shown.")
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
    help="The folder of the runs; sweeps/RECIPE otherwise. A sweep goes on where it stopped.",
)
@click.option("--dry-run", is_flag=True, help="Print what is left to do, one line for each run.")
@options.as_json
def sweep(recipe: str, **request: Any) -> None:
    """Train every combination of choices, with several seeds each, and compare them.

    Each is a run of its own in DIR. Begin it again with the same command: what is done is left as
    it is, what was interrupted is resumed.
    """
    from ganzoo.experiments.trials import choices, trials
    from ganzoo.registry.kinds import SWAPPED

    registry = registry_of(request["plugin_files"])
    for name in request["metrics"]:
        registry.get("metric", name)
    varied = choices({kind: request[kind] for kind in SWAPPED}, request["settings"])
    fixed = _fixed(request, registry)
    found = trials(registry.recipe(recipe), fixed, varied, request["seeds"], registry)
    if len(found) < 2:
        raise UsageError("This sweep is one run: give it choices, or more --seeds.")
    expected = _check(found, [path for path, _ in fixed], registry, request)
    plan = _plan(recipe, request, expected)
    if request["dry_run"]:
        for trial in found:
            if left := [["ganzoo", *task.words] for task in plan.tasks(trial)]:
                first = [["rm", "-r", str(plan.path(trial))]] if plan.stale(trial) else []
                click.echo(" && ".join(map(shlex.join, [*first, *left])))
        return
    troubles = _play(plan, found, request["jobs"])
    _compare(plan, found, troubles, request["as_json"])


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
        request["precision"],
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
    """Do a task in a process of the sweep's, and print what its command prints. Its exit code."""
    import ganzoo
    from ganzoo.cli.console import console_observer, farewell
    from ganzoo.cli.evaluate import report

    try:
        replace_unwritable()
        tell_of_warnings()
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
        sentence = told(error)
        sentence.show()
        return sentence.exit_code
    return 0


def _play(plan: Plan, trials: Sequence[Trial], jobs: int) -> dict[str, str]:
    """What went wrong, by the name of the run."""
    from ganzoo.experiments import sweep as sweeping

    troubles = {}
    try:
        with _progress(len(trials)) as progress:
            for trial, trouble in sweeping.play(plan, trials, jobs, progress.started, perform):
                progress.ended(trial, trouble)
                if trouble:
                    troubles[trial.name] = trouble
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted. What is done is in {plan.out}; the same command goes on from there."
        ) from None
    return troubles


def _compare(plan: Plan, trials: Sequence[Trial], troubles: dict[str, str], as_json: bool) -> None:
    from ganzoo.cli.compare import plain, show
    from ganzoo.cli.evaluate import shown
    from ganzoo.evaluation.report import compare
    from ganzoo.evaluation.report import html as report

    good = [plan.path(trial) for trial in trials if trial.name not in troubles]
    out = plan.out / "comparison.html"
    if len(good) > 1:
        comparison = compare.compare(good)
        report.write(out, comparison, shown)
        if as_json:
            click.echo(json.dumps({"report": str(out), **plain(comparison)}, indent=2))
        else:
            show(comparison)
            click.echo(f"\n{out}")
    if troubles:
        lines = "\n".join(f"  {name}: {trouble}" for name, trouble in troubles.items())
        raise Told(f"{len(troubles)} of {len(trials)} runs failed:\n{lines}", 1)


@contextmanager
def _progress(count: int) -> Iterator[_Lines]:
    """On standard error: what was asked for is the comparison. On a terminal a bar under the
    lines, with the time to go."""
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
        self._began: dict[str, float] = {}
        self._ended = 0

    def started(self, trial: Trial) -> None:
        self._began[trial.name] = time.monotonic()
        self._tell(f"{trial.name}: begun")

    def ended(self, trial: Trial, trouble: str) -> None:
        self._ended += 1
        began = self._began.get(trial.name)
        seconds = None if began is None else round(time.monotonic() - began)
        took = "was done" if seconds is None else f"done in {timedelta(seconds=seconds)}"
        self._tell(f"{trial.name}: {trouble or took} ({self._ended} of {self._count})")
        self._bar.advance(self._task)

    def _tell(self, line: str) -> None:
        self._bar.console.print(line, markup=False)
