"""A sweep: every run of a product of choices, trained and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from ganzoo.build import build
from ganzoo.errors import UsageError
from ganzoo.experiments.plan import Plan
from ganzoo.experiments.trials import Trial
from ganzoo.experiments.workers import Job, Workers
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.run.rng import seeded
from ganzoo.types import Samples

LOGS = "logs"


def check(
    trials: Sequence[Trial], registry: Registry, load: Callable[[Recipe], tuple[Recipe, Samples]]
) -> None:
    """Build every game of a sweep once, so that what does not go together is told before anything
    is trained. ``load``: the recipe's data, and the recipe that it fits.

    Raises UsageError that names the run."""
    loaded: dict[str, tuple[Part, Samples]] = {}
    for trial in [trial for trial in trials if trial.seed == 0]:
        key = repr(trial.recipe.dataset)
        if key not in loaded:
            recipe, data = load(trial.recipe)
            loaded[key] = recipe.dataset, data
        part, data = loaded[key]
        recipe = trial.recipe.but(dataset=part)
        with seeded(0):
            try:
                build(recipe, data.spec(recipe.low, recipe.high), registry)
            except UsageError as error:
                what = ", ".join(choice.label for choice in trial.choices)
                raise UsageError(f"{what}: {error}" if what else str(error)) from None


def play(
    plan: Plan, trials: Sequence[Trial], jobs: int, started: Callable[[Trial], None]
) -> Iterator[tuple[Trial, str]]:
    """Do what is left of each run, ``jobs`` of them at a time. Gives each as it ends, with what
    went wrong; those that had nothing left come first.

    Raises GanzooError, before anything is done, for a folder that holds something else."""
    left = {trial.name: plan.commands(trial) for trial in trials}
    named = {trial.name: trial for trial in trials}
    yield from ((trial, "") for trial in trials if not left[trial.name])
    work = [
        Job(name, _clearing(plan, named[name]), commands, _log(plan.out, name))
        for name, commands in left.items()
        if commands
    ]
    for job, trouble in Workers(jobs).play(work, lambda job: started(named[job.name])):
        yield named[job.name], trouble


def _clearing(plan: Plan, trial: Trial) -> Callable[[], None]:
    return lambda: plan.clear(trial)


def _log(out: Path, name: str) -> Path:
    return out / LOGS / f"{name}.log"
