"""The outcome of a search: its trials, the best first, and the command that trains the best
settings again."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.assembly.settings import parse_setting
from ganzoo.errors import GanzooError
from ganzoo.experiments.space import rounded
from ganzoo.experiments.study import importances
from ganzoo.experiments.task import Task
from ganzoo.experiments.tune import PLACE, TROUBLE

if TYPE_CHECKING:
    from optuna import Study
    from optuna.trial import FrozenTrial

SHOWN = 10  # of the best trials


@dataclass(frozen=True)
class TunedTrial:
    """A trial that was trained to its end. run: the folder of its run; of another machine's with
    the name of the machine. value: of the metric. settings: the values that were tried."""

    number: int
    run: str
    value: float
    settings: Mapping[str, Any]

    @property
    def words(self) -> str:
        """The settings as typed."""
        return "  ".join(f"{key}={as_typed(value)}" for key, value in self.settings.items())

    def __repr__(self) -> str:
        return f"{self.value:>10.5g}  {self.run}  {self.words}"


@dataclass(frozen=True)
class Tuned:
    """The outcome of a search. metric: that was optimised. trials: that were trained to their end,
    the best first. pruned, failed: the numbers of the other trials. importances: the share of each
    setting in the differences between the trials; empty for few trials. command: trains the best
    settings again."""

    metric: str
    lower_is_better: bool
    trials: Sequence[TunedTrial]
    pruned: int
    failed: int
    importances: Mapping[str, float]
    command: str

    @property
    def best(self) -> TunedTrial:
        return self.trials[0]

    @property
    def counts(self) -> str:
        return f"{len(self.trials)} trials done, {self.pruned} pruned, {self.failed} failed."

    @property
    def shares(self) -> str:
        """The importances in words."""
        shares = ", ".join(f"{path} {100 * n:.0f} %" for path, n in self.importances.items())
        return f"Share of each setting in the differences between the trials: {shares}"

    def __repr__(self) -> str:
        lines = [*map(repr, self.trials[:SHOWN])]
        if self.importances:
            lines += ["", self.shares]
        again = f"{self.counts} To train the best settings again:\n{self.command}"
        return "\n".join([*lines, "", again])

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views

        return views.of_tuned(self)


def outcome(
    study: Study, metric: str, folder: Path, recipe: str, request: Mapping[str, Any]
) -> Tuned:
    """The outcome of a study whose trials are in ``folder``. ``request``: the arguments of
    ``ganzoo.train`` that all trials share. Raises GanzooError if no trial was trained to its
    end."""
    done = [trial for trial in study.trials if trial.state.name == "COMPLETE"]
    if not done:
        attributes = [trial.user_attrs for trial in study.trials]
        errors = [each[TROUBLE] for each in attributes if TROUBLE in each]
        last = f" The last error: {errors[-1]}" if errors else ""
        raise GanzooError(f"None of the {len(study.trials)} trials gave a number.{last}")
    lower = study.direction.name == "MINIMIZE"
    ranked = sorted(done, key=lambda trial: trial.value or 0.0, reverse=not lower)
    states = [trial.state.name for trial in study.trials]
    return Tuned(
        metric,
        lower,
        [TunedTrial(t.number, _run(folder, t), t.value or 0.0, settings_of(t)) for t in ranked],
        states.count("PRUNED"),
        states.count("FAIL"),
        importances(study),
        _command(recipe, request, settings_of(ranked[0])),
    )


def settings_of(trial: FrozenTrial) -> dict[str, Any]:
    """The settings that the trial was trained with."""
    ends = {
        path: (about["low"], about["high"])
        for path, about in ((path, vars(kind)) for path, kind in trial.distributions.items())
        if "low" in about
    }
    return {path: rounded(value, *ends.get(path, ())) for path, value in trial.params.items()}


def _run(folder: Path, trial: FrozenTrial) -> str:
    """Where the run of a trial is; of another machine's with the name of the machine."""
    path = folder / f"trial-{trial.number:03}"
    return str(path) if path.exists() else str(trial.user_attrs.get(PLACE, path))


def _command(recipe: str, request: Mapping[str, Any], best: Mapping[str, Any]) -> str:
    defaults = {"device": "auto", "precision": "fp32"}
    keys = ("steps", "seed", "device", "precision", "data_dir")
    given = {key: request[key] for key in keys if request[key] != defaults.get(key)}
    changes = {**request["set"], **best}
    settings = {key: parse_setting(f"{key}={as_typed(value)}")[1] for key, value in changes.items()}
    arguments = {"set": settings, **given, "plugins": request["plugins"]}
    return shlex.join(["ganzoo", *Task("train", recipe, arguments).words])


def as_typed(value: Any) -> str:
    """A value as typed."""
    return value if isinstance(value, str) else json.dumps(value)
