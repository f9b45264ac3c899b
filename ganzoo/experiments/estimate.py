"""The time that a sweep will take, from a few steps and a few samples of each combination."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import torch

from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.variants import bound_networks
from ganzoo.engine.arithmetic import Arithmetic, precisions
from ganzoo.engine.engine import Engine
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.measuring_time import MeasuringTime
from ganzoo.experiments.plan import Plan
from ganzoo.experiments.trials import Trial
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.rng import seeded

ENOUGH = 0.5  # seconds of measured steps
STEPS = 20  # measured steps at most
PATIENCE = 20.0  # seconds after which no further combination is measured


@dataclass(frozen=True)
class SweepTime:
    """Seconds of all runs, one after the other. training: 0 if no run is left to train, or if it is
    not known. measuring: None if it is not known. classifiers: of training the classifiers that
    measure, once for all runs."""

    training: float
    measuring: float | None
    classifiers: float

    def total(self, jobs: int) -> float:
        """With so many runs at a time."""
        return (self.training + (self.measuring or 0.0)) / jobs + self.classifiers


def expected(
    plan: Plan, left: Sequence[Trial], fits: Feasibility, registry: Registry, jobs: int
) -> SweepTime | None:
    """The time of the runs that are left, on the CPU; None if no combination can be measured. A
    combination that fails, or whose turn has not come in time, is taken to be as fast as the others
    on average."""
    recipes = {repr(trial.recipe): trial.recipe for trial in left}
    until = time.monotonic() + PATIENCE
    per_step: dict[str, float] = {}
    per_run: dict[str, float] = {}
    measuring = MeasuringTime(fits, registry, plan.repeats)
    for key, recipe in recipes.items():
        if time.monotonic() > until:
            break
        with suppress(Exception):  # the run itself will tell of its failure
            per_step[key] = seconds_per_step(
                recipe, fits, registry, precision=plan.precision, jobs=jobs
            )
        with suppress(Exception), seeded(0), _threads(jobs):
            per_run[key] = measuring.of_run(recipe)
    if not per_step:
        return None
    keys = [repr(trial.recipe) for trial in left]
    return SweepTime(
        training=sum(
            plan.steps(trial) * _of(key, per_step) for key, trial in zip(keys, left, strict=True)
        ),
        measuring=sum(_of(key, per_run) for key in keys) if per_run else None,
        classifiers=sum(measuring.classifiers.values()),
    )


def _of(key: str, seconds: Mapping[str, float]) -> float:
    return seconds.get(key, sum(seconds.values()) / len(seconds))


def seconds_per_step(
    recipe: Recipe, fits: Feasibility, registry: Registry, *, precision: str, jobs: int
) -> float:
    """The seconds of a training step on the CPU, in one of ``jobs`` processes that share the cores.
    The random generators are not changed."""
    part, data, game = fits.game(recipe)
    with seeded(0), _threads(jobs):
        recipe = fixed(bound_networks(recipe.replace(dataset=part), game, registry), registry, game)
        game.prepare(data)
        arithmetic = Arithmetic(precisions(precision)[0])
        engine = Engine(game, data, recipe, device="cpu", arithmetic=arithmetic)
        engine.advance()  # the first step also prepares the kernels
        started, steps = time.perf_counter(), 0
        while steps < STEPS and (steps == 0 or time.perf_counter() - started < ENOUGH):
            engine.advance()
            steps += 1
        return (time.perf_counter() - started) / steps


@contextmanager
def _threads(jobs: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(max(1, min(before, (os.cpu_count() or 1) // jobs)))
    try:
        yield
    finally:
        torch.set_num_threads(before)
