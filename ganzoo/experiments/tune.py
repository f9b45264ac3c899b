"""The search for good options, by Optuna: trials that come to little are stopped early."""

from __future__ import annotations

import hashlib
import importlib
import json
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ganzoo
from ganzoo.assembly.overrides import adapted, with_path
from ganzoo.assembly.variants import bound
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, Interrupted, UsageError, near
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.lock import alone
from ganzoo.experiments.space import Option
from ganzoo.registry import Registry
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.request import Request, asks_for_data
from ganzoo.run import Run

if TYPE_CHECKING:
    from optuna import Study, Trial

JOURNAL = "study.log"
TROUBLE = "trouble"  # of a trial that failed: the sentence that it ended with
MISSING = "Tuning takes Optuna, which is not installed: run `pip install 'ganzoo[tune]'`."


class Game:
    """Measures a run whenever a checkpoint is written, and ends it where Optuna gives it up."""

    def __init__(
        self, trial: Trial, metric: str, number: str, steps: int, how: Mapping[str, Any]
    ) -> None:
        self._trial, self._metric, self._number = trial, metric, number
        self._steps, self._how = steps, how
        self.value = float("nan")

    @hookimpl
    def ganzoo_checkpointed(self, run: Run, step: int, path: Path) -> None:
        results = ganzoo.evaluate(run, [self._metric], repeats=1, **self._how)
        found = {result.name: result.value for result in results}
        if self._number not in found:
            raise GanzooError(f"The metric {self._metric!r} gave no finite {self._number}.")
        self.value = found[self._number]
        self._trial.report(self.value, step)
        if step < self._steps and self._trial.should_prune():
            raise _optuna().TrialPruned


def objective_of(name: str, registry: Registry) -> tuple[str, str, bool]:
    """METRIC or METRIC.NUMBER as the metric, which of its numbers, and whether lower is better.
    Raises UsageError for one that there is not."""
    metric, _, number = name.partition(".")
    entry = registry.get("metric", metric)
    ways: Mapping[str, bool] = entry.load().lower_is_better
    number = number or (entry.name if entry.name in ways else next(iter(ways)))
    if number not in ways:
        raise UsageError(f"The metric {metric!r} gives no {number!r}. {near(number, ways)}")
    return metric, number, ways[number]


def tune(
    recipe: str,
    options: Sequence[Option],
    objective: str,
    *,
    out: Path,
    trials: int,
    checks: int,
    training: Mapping[str, Any],
    evaluating: Mapping[str, Any],
    registry: Registry,
    told: Callable[[Study, Any], None],
) -> Study:
    """Play trials until ``trials`` of them have ended, those of an earlier search in ``out`` among
    them; each is a run in a folder of its own. ``checks``: how often a run is measured, and may be
    given up, on its way. ``training`` and ``evaluating``: what ``ganzoo.train`` and
    ``ganzoo.evaluate`` are told. ``told(study, trial)``: called as each ends.

    Raises UsageError, before anything is trained, for an option or a metric that there is not, or
    that does not fit."""
    optuna = _optuna()
    metric, number, lower = objective_of(objective, registry)
    given = training["set"]
    asked = [*given.items(), *((option.path, option.first) for option in options)]
    if training["steps"] is not None:
        asked.insert(0, ("steps", training["steps"]))
    changes = [with_path(change, registry) for change in asked]
    made = bound(adapted(registry.recipe(recipe), changes), registry)
    request = Request(
        choose_device(training["device"]),
        training["precision"],
        training["seed"],
        asked_data=asks_for_data(path for path, _ in asked),
        data_root=training["data_dir"],
    )
    Feasibility(registry, request, [metric], evaluating["samples"]).check(made)
    steps = made.steps
    what = [recipe, objective, [option.text for option in options], checks, training, evaluating]

    def play(trial: Trial) -> float:
        chosen = {option.path: option.suggest(trial) for option in options}
        game = Game(trial, metric, number, steps, {**evaluating, "registry": registry})
        try:
            ganzoo.train(
                recipe,
                **{**training, "set": {**given, "checkpoint_every": -(-steps // checks), **chosen}},
                out=out / f"trial-{trial.number:03}",
                observers=[game],
                registry=registry,
            )
        except Interrupted:
            raise KeyboardInterrupt from None
        except optuna.TrialPruned:
            raise
        except Exception as error:  # out of memory, say: the next trial may ask for less
            named = "" if isinstance(error, GanzooError) else f"{type(error).__name__}: "
            trial.set_user_attr(TROUBLE, f"{named}{error}")
            raise GanzooError(str(error)) from error
        return game.value

    with alone(out):
        study = _study(optuna, out, what, lower, training["seed"])
        ended = [trial for trial in study.trials if trial.state.name in ("COMPLETE", "PRUNED")]
        left = max(0, trials - len(ended))
        study.optimize(play, n_trials=left, catch=GanzooError, callbacks=[told])
    return study


def _study(optuna: Any, out: Path, what: Any, lower: bool, seed: int) -> Study:
    """Kept in one file of the folder, so that a search goes on where it stopped. Raises UsageError
    where the folder has the trials of another search."""
    name = hashlib.sha256(json.dumps(what, sort_keys=True, default=str).encode()).hexdigest()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
        backend = optuna.storages.journal.JournalFileBackend(str(out / JOURNAL))
        storage = optuna.storages.JournalStorage(backend)
    if any(study.study_name != name for study in storage.get_all_studies()):
        raise UsageError(
            f"{out} has the trials of a search with other settings. Choose another --out."
        )
    study: Study = optuna.create_study(
        storage=storage,
        study_name=name,
        direction="minimize" if lower else "maximize",
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
        load_if_exists=True,
    )
    # Seeded anew for what is left: with the same numbers it would suggest the same again.
    study.sampler = optuna.samplers.TPESampler(seed=seed + len(study.trials))
    return study


def _optuna() -> Any:
    """Raises GanzooError where it is not installed."""
    try:
        optuna = importlib.import_module("optuna")
        importlib.import_module("optuna.storages.journal")
    except ImportError:
        raise GanzooError(MISSING) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    return optuna
