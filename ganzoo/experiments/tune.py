"""The search for good options, by Optuna: trials that come to little are stopped early."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ganzoo
from ganzoo.assembly.overrides import adapted, with_path
from ganzoo.assembly.variants import bound
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, Interrupted, UsageError, near
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.space import Option
from ganzoo.experiments.study import Search, ended, library
from ganzoo.registry import Registry
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run import Run
from ganzoo.training import Request, asks_for_data

if TYPE_CHECKING:
    from optuna import Study, Trial

TROUBLE = "trouble"  # of a trial that failed: the sentence that it ended with
PLACE = "place"  # of every trial: the machine and the folder of its run


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
            raise library().TrialPruned


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
    storage: str | None = None,
) -> Study:
    """Play trials until ``trials`` of them have ended, those of an earlier search in ``out`` among
    them; each is a run in a folder of its own. ``checks``: how often a run is measured, and may be
    given up, on its way. ``training`` and ``evaluating``: what ``ganzoo.train`` and
    ``ganzoo.evaluate`` are told. ``told(study, trial)``: called as each ends. ``storage``: of a
    search that several machines share, as Search has it; each has trials in its own ``out``.

    Raises UsageError, before anything is trained, for an option or a metric that there is not, or
    that does not fit."""
    optuna = library()
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
    what = {
        "recipe": recipe,
        "objective": objective,
        "options": [option.text for option in options],
        "checks": checks,
        "training": training,
        "evaluating": evaluating,
    }

    def enough(study: Study, trial: Any) -> None:
        if ended(study) >= trials:  # those of other machines among them
            study.stop()

    def play(trial: Trial) -> float:
        chosen = {option.path: option.suggest(trial) for option in options}
        run = out / f"trial-{trial.number:03}"
        trial.set_user_attr(PLACE, f"{platform.node()}:{run.absolute()}")
        game = Game(trial, metric, number, steps, {**evaluating, "registry": registry})
        try:
            ganzoo.train(
                recipe,
                **{**training, "set": {**given, "checkpoint_every": -(-steps // checks), **chosen}},
                out=run,
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

    search = Search(what, lower, training["seed"], storage)
    with search.opened(out) as study:
        left = max(0, trials - ended(study))
        study.optimize(play, n_trials=left, catch=GanzooError, callbacks=[told, enough])
    return study
