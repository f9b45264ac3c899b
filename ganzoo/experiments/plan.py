"""The tasks that are left for each run of a sweep."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganzoo.errors import UsageError
from ganzoo.experiments.task import Task
from ganzoo.experiments.trials import Trial
from ganzoo.recipe import bare, to_dict
from ganzoo.run import Run, checkpoint
from ganzoo.run.lock import locked
from ganzoo.run.provenance import recipe_of

CHEAP = ("fd", "precision-recall")  # the metrics of images, if none is named
ALL = "all"
Expected = tuple[str, str, int]  # of a result: its plugin, its metric, its number of fake samples


@dataclass(frozen=True)
class Plan:
    """The plan of a sweep.

    recipe: the name of the recipe. out: the folder of the runs. training: further arguments of
    ``ganzoo.train`` for every run. metrics: names; "all" for all metrics that fit the data; none
    for the metrics in ``CHEAP`` for images, and all that fit for other data. samples: the number of
    fake samples; else the number in each metric's protocol. repeats: how often fakes are drawn.
    shared: the arguments of every task. expected: the results of a run's evaluation, by the
    dataset's part (its repr)."""

    recipe: str
    out: Path
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Sequence[str] = ()
    samples: int | None = None
    repeats: int = 1
    shared: Mapping[str, Any] = field(default_factory=dict)
    precision: str = "fp32"
    expected: Mapping[str, Set[Expected]] = field(default_factory=dict)

    def path(self, trial: Trial) -> Path:
        return self.out / trial.name

    def tasks(self, trial: Trial) -> list[Task]:
        """The tasks that are left for a run; none if it is done. Raises GanzooError if its folder
        is not this run."""
        path = self.path(trial)
        step = self._step(trial)
        left: list[Task] = []
        if step is None:
            request = {**trial.request, **self.training, **self.shared}
            request |= {"precision": self.precision, "out": str(path)}
            left.append(Task("train", self.recipe, request))
        elif step < trial.recipe.steps:
            left.append(Task("resume", str(path), self.shared))
        if left or not self._measured(trial):
            measured = {"metrics": self._metrics(trial), "samples": self.samples}
            measured["repeats"] = self.repeats
            left.append(Task("evaluate", str(path), {**measured, **self.shared}))
        return left

    def stale(self, trial: Trial) -> bool:
        """Whether the run exists but stopped before its first checkpoint, so that it cannot be
        resumed. Raises GanzooError if it is being trained."""
        if not self.path(trial).exists() or self._step(trial) is not None:
            return False
        with locked(Run.open(self.path(trial))):
            return True

    def clear(self, trial: Trial) -> None:
        """Remove the run if it is stale."""
        if self.stale(trial):
            Run.open(self.path(trial)).discard()

    def _step(self, trial: Trial) -> int | None:
        """The step of the newest checkpoint; None if the run has none or does not exist."""
        path = self.path(trial)
        if not path.exists():
            return None
        run = Run.open(path)
        if not self._same(run, trial):
            raise UsageError(
                f"The run {path} was trained with other settings than those of this sweep. Choose "
                "another --out, or remove the run."
            )
        return checkpoint.last_step(run)

    def _same(self, run: Run, trial: Trial) -> bool:
        """Whether the run has the trial's settings. Its dataset may be the fallback of the trial's
        dataset."""
        actual, wanted = (
            json.loads(json.dumps(to_dict(recipe)))
            for recipe in (recipe_of(run.config), trial.recipe)
        )
        # A run's recipe names the network of every further role, as plugin:name; a trial's recipe
        # names only the networks that differ from the defaults.
        roles = wanted["networks"]
        for recipe in (actual, wanted):
            recipe["networks"] = {
                role: {**part, "name": bare(part["name"])}
                for role, part in recipe["networks"].items()
                if role in roles
            }
        if run.config["dataset"].get("instead_of") == bare(wanted["dataset"]["name"]):
            actual = {**actual, "dataset": wanted["dataset"]}
        settings = run.config["seed"], run.config["precision"]
        return bool(actual == wanted) and settings == (trial.seed, self.precision)

    def _measured(self, trial: Trial) -> bool:
        """Whether the run has all expected results at its last step."""
        results = {
            (result.protocol.plugin, result.metric, result.protocol.fakes)
            for result in Run.open(self.path(trial)).results()
            if result.protocol.step == trial.recipe.steps
            and result.protocol.repeats >= self.repeats
        }
        return results >= self._expected(trial)

    def steps(self, trial: Trial) -> int:
        """The steps that the training of a run still lacks."""
        return trial.recipe.steps - (self._step(trial) or 0)

    def _metrics(self, trial: Trial) -> list[str] | None:
        """The metrics of a run by name; None for all that fit the data, of which an evaluation
        leaves out those that refuse the samples."""
        if self.metrics:
            return None if [*self.metrics] == [ALL] else [*self.metrics]
        names = sorted(metric for _, metric, _ in self._expected(trial))
        return names if {*names} <= {*CHEAP} else None

    def _expected(self, trial: Trial) -> Set[Expected]:
        return self.expected[repr(trial.recipe.dataset)]
