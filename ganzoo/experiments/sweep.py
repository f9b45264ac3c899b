"""A sweep: every run of a product of choices, trained and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ganzoo.errors import UsageError
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.lock import alone
from ganzoo.experiments.plan import Expected, Plan
from ganzoo.experiments.task import Task
from ganzoo.experiments.trials import Trial
from ganzoo.experiments.workers import Job, Perform, Workers

LOGS = "logs"


def check(trials: Sequence[Trial], fits: Feasibility) -> dict[str, set[Expected]]:
    """See that every run can be played and measured. Returns what the evaluations are to give, as
    Plan has it. Raises UsageError that names the choices."""
    expected = {}
    for trial in [trial for trial in trials if trial.seed == 0]:
        try:
            expected[repr(trial.recipe.dataset)] = fits.check(trial.recipe)
        except UsageError as error:
            what = ", ".join(choice.label for choice in trial.choices)
            raise UsageError(f"{what}: {error}" if what else str(error)) from None
    return expected


def play(
    plan: Plan,
    trials: Sequence[Trial],
    jobs: int,
    started: Callable[[Trial], None],
    perform: Perform,
) -> Iterator[tuple[Trial, str]]:
    """Do what is left of each run, ``jobs`` of them at a time, as Workers have it. Gives each as it
    ends, with what went wrong; those that had nothing left come first.

    Raises GanzooError, before anything is done, for a folder that holds something else, and where
    another process is at work on the same sweep."""
    left = {trial.name: bool(plan.tasks(trial)) for trial in trials}
    named = {trial.name: trial for trial in trials}
    with alone(plan.out):
        yield from ((trial, "") for trial in trials if not left[trial.name])
        work = [_job(plan, trial) for trial in trials if left[trial.name]]
        for job, trouble in Workers(jobs, perform).play(work, lambda job: started(named[job.name])):
            yield named[job.name], trouble


def _job(plan: Plan, trial: Trial) -> Job:
    def tasks() -> list[Task]:  # asked for when its turn comes: another may have done some
        plan.clear(trial)
        return plan.tasks(trial)

    return Job(trial.name, tasks, plan.out / LOGS / f"{trial.name}.log")
