"""The race: the seconds of training until a metric reaches a value, over several seeds."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import ganzoo
from ganzoo.assembly.overrides import adapted, in_order, with_path
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.objective import Objective
from ganzoo.machine import machine
from ganzoo.registry import Registry
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.registry.kinds import SWAPPED
from ganzoo.run import Run
from ganzoo.training.request import named_changes

LIBRARIES = ("ganzoo", "torch")


@dataclass(frozen=True)
class Lap:
    """One measurement: the metric's value, with the step and the seconds of training."""

    step: int
    seconds: float
    value: float


@dataclass(frozen=True)
class Heat:
    """The training with one seed. laps: its measurements, the earliest first."""

    seed: int
    laps: tuple[Lap, ...]

    def reached(self, target: float, *, lower: bool) -> float | None:
        """The seconds of the first measurement that is at least as good as the target, or None if
        there is no such measurement."""
        for lap in self.laps:
            if lap.value <= target if lower else lap.value >= target:
                return lap.seconds
        return None


@dataclass(frozen=True)
class Standing:
    """The seconds until the metric reaches a target. seconds: their mean over the seeds that
    reached the target, or None. stderr: the standard error of the mean, None for one seed. reached:
    the number of seeds that reached the target. seeds: the number of all seeds."""

    target: float
    seconds: float | None
    stderr: float | None
    reached: int
    seeds: int


class Stopwatch:
    """An observer of a training that is measured: the time and the value of each measurement. The
    seconds count from the first step. They include the time for pictures, logs and checkpoints, but
    not that of the measurements. told: called with each lap and the name of its number.
    objective: the number that is measured, which is known when the training starts."""

    objective: Objective

    def __init__(self, registry: Registry, told: Callable[[Lap, str], None]) -> None:
        self.laps: list[Lap] = []
        self._registry, self._told = registry, told
        self._started = self._measuring = 0.0

    @hookimpl
    def ganzoo_run_started(self, run: Run) -> None:
        self.objective = Objective.of(run.config["measuring"]["metric"], self._registry)
        self._started = time.perf_counter()

    @hookimpl
    def ganzoo_measured(self, step: int, values: Mapping[str, float], seconds: float) -> None:
        number = self.objective.number
        if number not in values:
            raise GanzooError(f"The metric gave no finite {number} at step {step}.")
        self._measuring += seconds
        trained = time.perf_counter() - self._started - self._measuring
        self.laps.append(Lap(step, trained, values[number]))
        self._told(self.laps[-1], self.objective.name)


def race(
    recipe: str,
    *,
    seeds: Iterable[int],
    metric: str | None,
    checks: int,
    out: Path,
    training: Mapping[str, Any],
    samples: int | None,
    registry: Registry,
    told: Callable[[int, Lap, str], None],
) -> tuple[list[Heat], Objective]:
    """Train the recipe once with each seed, each in a folder in ``out``, and measure the run
    ``checks`` times during its training, by ``metric``, or by that of the data's view. Returns the
    trainings and the number that was measured. ``training``: further arguments of
    ``ganzoo.train``. ``told(seed, lap, name)``: called after each measurement, with the name of the
    number. Raises UsageError if the metric does not exist, or if ``out`` already has a training
    with one of the seeds."""
    steps = _steps(recipe, training, registry)
    every = max(1, -(-steps // checks))
    seeds = list(seeds)
    for seed in seeds:
        if (out / f"seed-{seed}").exists():
            raise UsageError(f"{out / f'seed-{seed}'} exists already. Choose another --out.")

    heats = []
    for seed in seeds:
        watch = Stopwatch(registry, partial(told, seed))
        settings = {**training, "set": {**training["set"], "checkpoint_every": every}}
        place = out / f"seed-{seed}"
        ganzoo.train(
            recipe,
            seed=seed,
            out=place,
            observers=[watch],
            registry=registry,
            evaluate_every=every,
            metric=metric,
            evaluate_samples=samples,
            **settings,
        )
        heats.append(Heat(seed, tuple(watch.laps)))
    return heats, watch.objective


def _steps(recipe: str, training: Mapping[str, Any], registry: Registry) -> int:
    """The length of the trainings, as ``ganzoo.train`` takes it from the same arguments."""
    components = {name: training[name] for name in SWAPPED if name in training}
    changes = named_changes(components, training.get("without", ()))
    if training.get("steps"):
        changes.append(("steps", training["steps"]))
    changes += in_order(training["set"].items())
    changes = [with_path(change, registry) for change in changes]
    return adapted(registry.recipe(recipe), changes).steps


def standings(heats: Sequence[Heat], targets: Iterable[float], *, lower: bool) -> list[Standing]:
    """For each target, the mean of the seconds until the metric reaches it."""
    found = []
    for target in targets:
        seconds = [heat.reached(target, lower=lower) for heat in heats]
        times = [each for each in seconds if each is not None]
        error = statistics.stdev(times) / len(times) ** 0.5 if len(times) > 1 else None
        mean = statistics.fmean(times) if times else None
        found.append(Standing(target, mean, error, len(times), len(heats)))
    return found


def record(
    run: Run, metric: str, heats: Sequence[Heat], found: Sequence[Standing]
) -> dict[str, Any]:
    """The record to publish, as plain data: the recipe with all its settings, the machine, the
    versions, each measurement. ``run``: one of the trainings."""
    config = run.config
    return {
        "recipe": config["recipe"],
        "dataset": config["dataset"]["name"],
        "command": config["command"],
        "metric": metric,
        "standings": [asdict(each) for each in found],
        "heats": [asdict(heat) for heat in heats],
        "device": config["device"],
        "precision": config["precision"],
        "memory_format": config["memory_format"],
        "machine": machine(config["device"]),
        "versions": {
            "python": platform.python_version(),
            **{name: metadata.version(name) for name in LIBRARIES},
        },
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
    }
