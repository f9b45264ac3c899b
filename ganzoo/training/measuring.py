"""Measurements during a training: a metric every so many steps, the best generator, and the end of
a training that does not improve any more. The weights of the training are not changed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo import rng
from ganzoo.errors import GanzooError, UsageError
from ganzoo.run import checkpoint, symptoms
from ganzoo.run.symptoms import Symptom

if TYPE_CHECKING:
    from ganzoo.engine.engine import Engine
    from ganzoo.registry import Registry
    from ganzoo.run import Run
    from ganzoo.types import Data

SEED = 0  # of the fakes in every measurement, so that only the weights differ


@dataclass(frozen=True)
class Measuring:
    """When and by which metric a training is measured.

    every: steps between two measurements; the last step is measured too. metric: METRIC or
    METRIC.NUMBER; empty for the metric of the data's view. samples: the number of fakes; None for
    the metric's own number. patience: the training ends after so many measurements in a row without
    a better value; None for never.
    """

    every: int
    metric: str = ""
    samples: int | None = None
    patience: int | None = None

    @classmethod
    def asked(
        cls, every: int | None, metric: str | None, samples: int | None, patience: int | None
    ) -> Measuring | None:
        """From the arguments of ``ganzoo.train``; None for a training without measurements."""
        if every is None:
            rest = {"metric": metric, "evaluate_samples": samples, "patience": patience}
            for name, value in rest.items():
                if value is not None:
                    raise UsageError(
                        f"{name} is for a training that is measured: give evaluate_every "
                        "(--evaluate-every) too, the number of steps between two measurements."
                    )
            return None
        numbers = {"evaluate_every": every, "evaluate_samples": samples, "patience": patience}
        for name, number in numbers.items():
            if number is not None and (not isinstance(number, int) or number < 1):
                raise UsageError(f"{name} must be a whole number of at least 1, not {number!r}.")
        return cls(every, metric or "", samples, patience)

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Measuring | None:
        """From a run's configuration. Raises GanzooError for a damaged one."""
        plain = config.get("measuring")
        try:
            return cls(**plain) if plain else None
        except TypeError as error:
            raise GanzooError(f"The run's configuration is damaged: measuring: {error}.") from None

    def resolved(self, data: Data, registry: Registry) -> Measuring:
        """With the metric as METRIC.NUMBER. Raises UsageError for an unknown metric or number."""
        from ganzoo.evaluation.objective import Objective

        if self.metric:
            objective = Objective.of(self.metric, registry)
        else:
            objective = Objective.by_default(data, registry)
        return replace(self, metric=objective.full_name)

    def to_dict(self) -> dict[str, Any]:
        """As plain data, for config.json."""
        return asdict(self)

    def due(self, step: int, last: int) -> bool:
        """Whether the training is measured after ``step``; ``last``: its last step."""
        return step % self.every == 0 or step == last


class Monitor:
    """Measures the averaged generator of a training, and keeps the best one in the run's folder.

    The metric, its features and the real samples are prepared once. Raises GanzooError for a metric
    that does not fit the data, or whose features are not available.
    ``measuring``: resolved. ``data_dir``: the folder of the datasets.
    """

    def __init__(
        self,
        measuring: Measuring,
        run: Run,
        registry: Registry,
        engine: Engine,
        data_dir: str | Path | None = None,
    ) -> None:
        from ganzoo.assembly.build import build, component
        from ganzoo.data import files
        from ganzoo.data.splits import Splits
        from ganzoo.evaluation.evaluate import metric_inputs
        from ganzoo.evaluation.objective import Objective
        from ganzoo.evaluation.selection import requested, select
        from ganzoo.sampling.trained import Trained

        self._measuring, self._run, self._registry = measuring, run, registry
        objective = Objective.of(measuring.metric, registry)
        self.number, self.lower = objective.number, objective.lower
        recipe, data = engine.recipe, engine.data
        device = str(engine.batches.device)
        with rng.seeded(SEED):
            dataset = component("dataset", recipe.dataset, registry)
            splits = Splits(dataset, files.data_dir(data_dir))
            first = next(iter(splits))
            splits.put(first, data)
            inputs = metric_inputs(recipe.dataset.bare, splits, "auto", registry, device)
            requests = requested(registry, [objective.metric], {})
            self._selected = select(requests, registry, inputs, fakes=measuring.samples, split=None)
            for metric in self._selected:
                if metric.features is not None:
                    metric.features.fingerprint  # noqa: B018 - raises if it is not available
            game = build(recipe, engine.game.spec, registry, training=False)
        self._trained = Trained(game.to(device), run.config, engine.step)
        self._dataset, self._checksums = recipe.dataset, {first: data.checksum}
        self._best: Mapping[str, Any] | None = None
        self._waiting: int | None = None  # measurements since the best; None before the first one

    @property
    def exhausted(self) -> bool:
        """Whether the training ends, since its last ``patience`` measurements were no better."""
        patience = self._measuring.patience
        return patience is not None and (self._waiting or 0) >= patience

    def measure(self, engine: Engine) -> tuple[dict[str, float], float]:
        """Measure the averaged generator, and keep it if it is the best so far. Returns the finite
        numbers of the metric, by name, and the seconds that this took. They are written into
        evaluations.json too, with their protocol."""
        from ganzoo.evaluation import results
        from ganzoo.evaluation.measure import average_at, measured, readings
        from ganzoo.evaluation.progress import Steps

        started = time.perf_counter()
        if self._waiting is None:
            self._recall()
        state = engine.averaged.sampling_state()
        self._trained.game.load_state_dict(state, strict=False)
        self._trained.step = engine.step
        with rng.seeded(SEED):
            found = measured(
                self._trained,
                self._selected,
                self._dataset,
                self._checksums,
                ema=average_at(self._trained, self._registry),
                repeats=1,
                seed=SEED,
                steps=Steps(None),
            )
        results.keep(self._run, found)
        for name, sentence in readings(self._selected, found).items():
            symptoms.tell_once(self._run.symptoms_file, Symptom(name, engine.step, sentence))
        values = {result.name: result.value for result in found}
        if self.number in values:
            self._judge(values[self.number], engine.step)
            if self._best is not None and self._best["step"] == engine.step:
                checkpoint.save_generator(self._run, state, step=engine.step, best=self._best)
        return values, time.perf_counter() - started

    def summary(self, step: int, steps: int) -> str:
        """The best value so far, and why the training ended before its last step, in sentences."""
        if self._best is None:
            return ""
        told = (
            f"The best {self.number}: {self._best['value']:.4g} at step {self._best['step']:,}, in "
            f"{self._run.best_generator.name}."
        )
        if self.exhausted and step < steps:
            told = (
                f"Stopped at step {step:,} of {steps:,}: {self.number} did not improve in the last "
                f"{self._waiting} measurements. {told} To go on all the same: "
                f"{self._run.command('resume')}"
            )
        return told

    def _judge(self, value: float, step: int) -> None:
        best = self._best
        if best is None or (value < best["value"] if self.lower else value > best["value"]):
            self._best = {"metric": self._measuring.metric, "value": value, "step": step}
            self._waiting = 0
        elif step > best["step"]:
            self._waiting = (self._waiting or 0) + 1

    def _recall(self) -> None:
        """The best value of the steps before the run was resumed. A run that had run out of its
        patience, and is resumed, gets it anew."""
        best = checkpoint.best(self._run)
        self._waiting = 0
        if best is None or best["metric"] != self._measuring.metric:
            return
        self._best = best
        self._waiting = sum(
            self.number in line and line["step"] > best["step"] for line in self._run.metrics()
        )
        if self._measuring.patience:  # each time that the run had run out of it, it was resumed
            self._waiting %= self._measuring.patience
