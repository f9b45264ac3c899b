"""A sweep: every run of a product of choices, trained and measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ganzoo.build import build, component
from ganzoo.data.files import data_dir
from ganzoo.data.splits import Splits
from ganzoo.errors import UsageError
from ganzoo.evaluation.chosen import Given, fitting, wanted
from ganzoo.evaluation.features import ClassifierFeatures, choose
from ganzoo.experiments.alone import alone
from ganzoo.experiments.plan import Expected, Plan
from ganzoo.experiments.trials import Trial
from ganzoo.experiments.workers import Job, Workers
from ganzoo.interfaces import Features
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.run.rng import seeded
from ganzoo.training import Request, load_data
from ganzoo.types import Samples

LOGS = "logs"


def check(
    trials: Sequence[Trial],
    registry: Registry,
    request: Request,
    metrics: Sequence[str] = (),
    samples: int | None = None,
) -> dict[str, set[Expected]]:
    """Build every game of a sweep once, and make its metrics, so that what does not go together is
    told before anything is trained. Returns what the evaluations are to give, as Plan has it.

    Raises UsageError that names the run."""
    loaded: dict[str, tuple[Part, Samples]] = {}
    expected: dict[str, set[Expected]] = {}
    for trial in [trial for trial in trials if trial.seed == 0]:
        key = repr(trial.recipe.dataset)
        if key not in loaded:
            recipe, data = load_data(trial.recipe, registry, request)
            loaded[key] = recipe.dataset, data
            expected[key] = _metrics(recipe.dataset, registry, request, metrics, samples)
        part, data = loaded[key]
        _check(trial, trial.recipe.but(dataset=part), data, registry)
    return expected


def _check(trial: Trial, recipe: Recipe, data: Samples, registry: Registry) -> None:
    with seeded(0):
        try:
            build(recipe, data.spec(recipe.low, recipe.high), registry)
        except UsageError as error:
            what = ", ".join(choice.label for choice in trial.choices)
            raise UsageError(f"{what}: {error}" if what else str(error)) from None


def _metrics(
    part: Part, registry: Registry, request: Request, names: Sequence[str], samples: int | None
) -> set[Expected]:
    """What the evaluation of a run on that data gives. Features are chosen, and not computed."""
    root = data_dir(request.data_root)

    def told(*_: object) -> None: ...

    def splits(part: Part) -> Splits:
        return Splits(component("dataset", part, registry), root)

    def of(name: str) -> Features:
        return ClassifierFeatures(name, splits(Part(name)), device=request.device, told=told)

    data = splits(part)
    features = choose("auto", part.name, data, device=request.device, told=told)
    chosen = fitting(
        wanted(registry, names or None, {}),
        registry,
        Given(features, data, of),
        fakes=samples,
        split=None,
    )
    return {(each.entry.plugin, each.entry.name, each.fakes) for each in chosen}


def play(
    plan: Plan, trials: Sequence[Trial], jobs: int, started: Callable[[Trial], None]
) -> Iterator[tuple[Trial, str]]:
    """Do what is left of each run, ``jobs`` of them at a time. Gives each as it ends, with what
    went wrong; those that had nothing left come first.

    Raises GanzooError, before anything is done, for a folder that holds something else, and where
    another process is at work on the same sweep."""
    left = {trial.name: bool(plan.commands(trial)) for trial in trials}
    named = {trial.name: trial for trial in trials}
    with alone(plan.out):
        yield from ((trial, "") for trial in trials if not left[trial.name])
        work = [_job(plan, trial) for trial in trials if left[trial.name]]
        for job, trouble in Workers(jobs).play(work, lambda job: started(named[job.name])):
            yield named[job.name], trouble


def _job(plan: Plan, trial: Trial) -> Job:
    def commands() -> list[list[str]]:  # asked when its turn comes: another may have done some
        plan.clear(trial)
        return plan.commands(trial)

    return Job(trial.name, commands, plan.out / LOGS / f"{trial.name}.log")
