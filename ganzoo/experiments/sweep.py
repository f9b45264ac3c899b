"""A sweep: every combination of choices, trained and evaluated."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ganzoo.errors import UsageError
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.lock import exclusive
from ganzoo.experiments.plan import Expected, Plan
from ganzoo.experiments.task import Task
from ganzoo.experiments.trials import Trial
from ganzoo.experiments.workers import Job, Perform, Workers

LOGS = "logs"


def check(trials: Sequence[Trial], fits: Feasibility) -> dict[str, set[Expected]]:
    """Check that every run can be trained and evaluated. Returns ``Plan.expected``. Raises
    UsageError that names the choices."""
    expected = {}
    for trial in [trial for trial in trials if trial.seed == 0]:
        try:
            expected[repr(trial.recipe.dataset)] = fits.check(trial.recipe)
        except UsageError as error:
            labels = ", ".join(choice.label for choice in trial.choices)
            raise UsageError(f"{labels}: {error}" if labels else str(error)) from None
    return expected


def play(
    plan: Plan,
    trials: Sequence[Trial],
    jobs: int,
    started: Callable[[Trial], None],
    progress: Callable[[Trial, float, str], None],
    perform: Perform,
) -> Iterator[tuple[Trial, str]]:
    """Perform the tasks that are left, for ``jobs`` runs at a time; see Workers. Yields each trial
    when it ends, with the error in words, or ""; the trials without tasks come first. ``progress``
    is called with the share of a running trial that is done.

    Raises GanzooError, before any task, if a run's folder is not that run, or if another process
    works on the same sweep."""
    unfinished = {trial.name: bool(plan.tasks(trial)) for trial in trials}
    by_name = {trial.name: trial for trial in trials}
    with exclusive(plan.out):
        yield from ((trial, "") for trial in trials if not unfinished[trial.name])
        work = [_job(plan, trial) for trial in trials if unfinished[trial.name]]
        workers = Workers(jobs, perform)
        ended = workers.play(
            work,
            lambda job: started(by_name[job.name]),
            lambda job, share, words: progress(by_name[job.name], share, words),
        )
        for job, error in ended:
            yield by_name[job.name], error


def _job(plan: Plan, trial: Trial) -> Job:
    def tasks() -> list[Task]:  # called when the job starts: an earlier job may have done some
        plan.clear(trial)
        return plan.tasks(trial)

    return Job(trial.name, tasks, plan.out / LOGS / f"{trial.name}.log")
