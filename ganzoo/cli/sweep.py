"""``ganzoo sweep``: a run for every combination of choices, and the comparison of the runs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import component_options, options, sweep_progress
from ganzoo.cli.comparison import table_format
from ganzoo.cli.group import (
    CommandError,
    command_error,
    registry_of,
    replace_unwritable,
    show_warnings,
)
from ganzoo.cli.sweep_progress import StepReports
from ganzoo.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from ganzoo.experiments.plan import Plan
    from ganzoo.experiments.task import Task
    from ganzoo.experiments.trials import Trial
    from ganzoo.experiments.workers import Progress
    from ganzoo.registry import Registry


@click.command()
@options.recipe
@component_options.tried
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
@options.metrics(
    "Compute this metric; all: all metrics that fit the data. Repeatable. By default fd and "
    "precision-recall for images, and all that fit for other data."
)
@options.count("samples", "Number of fakes for the metrics. By default that of each metric.")
@click.option(
    "--repeats",
    type=options.ONE_AT_LEAST,
    help="Number of times that the fakes of a run are drawn and measured. By default 1, or 3 with "
    "--metric.",
)
@options.config("Settings that all runs share.")
@options.steps("Steps of each run.")
@options.batch_size("Samples in a batch, in all runs.")
@options.precision
@options.device
@options.data_dir
@options.plugin_files
@options.out("The folder of the runs. By default sweeps/RECIPE. A stopped sweep continues in it.")
@click.option("--dry-run", is_flag=True, help="Print the commands that are left, a line per run.")
@table_format
@options.as_json
@options.quiet("the comparison")
def sweep(recipe: str, **request: Any) -> None:
    """Train every combination of choices, and compare the runs.

    Each combination is trained with several seeds, each a run in DIR. The same command continues a
    stopped sweep: finished runs stay as they are, interrupted runs are resumed.
    """
    from ganzoo.experiments.trials import choices
    from ganzoo.registry.kinds import SWAPPED

    _check_output(request)
    registry = registry_of(request["plugin_files"])
    _check_metrics(request["metrics"], registry)  # before torch is imported
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
    quiet = request["quiet"]
    if not quiet:
        sweep_progress.announce(plan, product, sweep.fits, registry, request["jobs"])
    errors = _play(plan, product, request["jobs"], quiet=quiet)
    _compare(plan, product, errors, request["table_format"], request["as_json"])


def _check_metrics(names: Sequence[str], registry: Registry) -> None:
    from ganzoo.experiments.plan import ALL

    if ALL in names and len(names) > 1:
        raise UsageError(f"--metric {ALL} names every metric: name no other beside it.")
    for name in names:
        if name != ALL:
            registry.get("metric", name)


def perform(task: Task, progress: Progress) -> int:
    """Perform a task in a process of the sweep, with the output of its command. Returns the exit
    code."""
    import ganzoo
    from ganzoo.cli.console import console_observer
    from ganzoo.cli.evaluate import report
    from ganzoo.cli.farewell import farewell

    try:
        replace_unwritable()
        show_warnings()
        if task.function == "evaluate":
            measured = ganzoo.evaluate(
                task.subject,
                progress=lambda share, _: progress(share, f"measuring, {100 * share:.0f} %"),
                **task.request,
            )
            report(ganzoo.Run.open(task.subject), measured)
            return 0
        observers = [console_observer(), StepReports(progress)]
        how: dict[str, Any] = {**task.request, "observers": observers}
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


def _play(plan: Plan, trials: Sequence[Trial], jobs: int, *, quiet: bool) -> dict[str, str]:
    """Perform the plan. Returns the error of each failed run, by the name of the run."""
    from ganzoo.experiments import sweep as sweeping

    errors = {}
    try:
        with sweep_progress.shown(len(trials), quiet=quiet) as shown:
            played = sweeping.play(plan, trials, jobs, shown.started, shown.advanced, perform)
            for trial, error in played:
                shown.ended(trial, error)
                if error:
                    errors[trial.name] = error
    except KeyboardInterrupt:
        raise Interrupted(
            f"Interrupted. The runs so far are in {plan.out}; the same command continues them."
        ) from None
    return errors


def _check_output(request: dict[str, Any]) -> None:
    """Raises UsageError for a file in the place of the folder, and for two formats."""
    from ganzoo.evaluation.report.export import SUFFIXES

    out, table_format = request["out"], request["table_format"]
    if out and Path(out).suffix in SUFFIXES and not Path(out).is_dir():
        raise UsageError(
            f"--out {out}: this option names the folder of the runs. For a table in a file: "
            f"--format {SUFFIXES[Path(out).suffix]} > {out}"
        )
    if request["as_json"] and table_format:
        raise UsageError("--json and --format name two formats. Give one of them.")


def _compare(
    plan: Plan,
    trials: Sequence[Trial],
    errors: dict[str, str],
    table_format: str | None,
    as_json: bool,
) -> None:
    from ganzoo.cli import comparison as printed
    from ganzoo.evaluation.report import compare
    from ganzoo.evaluation.report.export import export

    good = [plan.path(trial) for trial in trials if trial.name not in errors]
    out = str(plan.out / "comparison.html")
    if len(good) > 1:
        comparison = compare.compare(good)
        printed.write(out, comparison, "html")
        if as_json:
            click.echo(printed.as_json(comparison, out))
        elif table_format:
            click.echo(export(comparison, table_format), nl=False)
        else:
            printed.show(comparison)
            click.echo(f"\n{out}")
    if errors:
        lines = "\n".join(f"  {name}: {error}" for name, error in errors.items())
        raise CommandError(f"{len(errors)} of {len(trials)} runs failed:\n{lines}", 1)
