"""What is left to do for each run of a sweep."""

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

Expected = tuple[str, str, int]


@dataclass(frozen=True)
class Plan:
    """A sweep. recipe: its name; out: the folder of its runs; training: further arguments of
    ``ganzoo.train`` for each; metrics: by name, else all that fit the data; samples: how many fakes
    they are shown, else as their protocols have it; shared: the arguments of every task. expected:
    what the evaluation of a run gives, by the dataset's part, each as plugin, metric and number of
    fakes."""

    recipe: str
    out: Path
    training: Mapping[str, Any] = field(default_factory=dict)
    metrics: Sequence[str] = ()
    samples: int | None = None
    shared: Mapping[str, Any] = field(default_factory=dict)
    precision: str = "fp32"
    expected: Mapping[str, Set[Expected]] = field(default_factory=dict)

    def path(self, trial: Trial) -> Path:
        return self.out / trial.name

    def tasks(self, trial: Trial) -> list[Task]:
        """What is left to do for a run; nothing where all is done. Raises GanzooError for a folder
        that holds something else."""
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
            measured = {"metrics": [*self.metrics] or None, "samples": self.samples}
            left.append(Task("evaluate", str(path), {**measured, **self.shared}))
        return left

    def stale(self, trial: Trial) -> bool:
        """Whether there is a run that was stopped before its first checkpoint, which cannot be
        resumed. Raises GanzooError where it is being trained."""
        if not self.path(trial).exists() or self._step(trial) is not None:
            return False
        with locked(Run.open(self.path(trial))):
            return True

    def clear(self, trial: Trial) -> None:
        """Remove a run that is stale."""
        if self.stale(trial):
            Run.open(self.path(trial)).discard()

    def _step(self, trial: Trial) -> int | None:
        """How many steps can be built upon; None where the run is still to begin."""
        path = self.path(trial)
        if not path.exists():
            return None
        run = Run.open(path)
        if not self._same(run, trial):
            raise UsageError(
                f"{path} was trained with other settings than this sweep has. Choose another "
                "--out, or remove it."
            )
        return checkpoint.last_step(run)

    def _same(self, run: Run, trial: Trial) -> bool:
        """Whether the run is this one, on data that may have stood in for the recipe's."""
        was, wanted = (
            json.loads(json.dumps(to_dict(recipe)))
            for recipe in (recipe_of(run.config), trial.recipe)
        )
        # A run names the network of every further role, bound; a recipe those that differ.
        roles = wanted["networks"]
        for recipe in (was, wanted):
            recipe["networks"] = {
                role: {**part, "name": bare(part["name"])}
                for role, part in recipe["networks"].items()
                if role in roles
            }
        if run.config["dataset"].get("instead_of") == bare(wanted["dataset"]["name"]):
            was = {**was, "dataset": wanted["dataset"]}
        how = run.config["seed"], run.config["precision"]
        return bool(was == wanted) and how == (trial.seed, self.precision)

    def _measured(self, trial: Trial) -> bool:
        """Whether the run, as it came out, has all the numbers that were asked for."""
        found = {
            (result.protocol.plugin, result.metric, result.protocol.fakes)
            for result in Run.open(self.path(trial)).results()
            if result.protocol.step == trial.recipe.steps
        }
        return found >= self.expected[repr(trial.recipe.dataset)]
