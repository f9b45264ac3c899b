"""The search for good options with Optuna. Trials with bad intermediate values are pruned."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ganzoo
from ganzoo.assembly.overrides import adapted, in_order, with_path
from ganzoo.assembly.variants import bound
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, Interrupted
from ganzoo.evaluation.objective import Objective
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.space import Option
from ganzoo.experiments.study import Search, ended, library
from ganzoo.registry import Registry
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run import Run
from ganzoo.training.request import Request, asks_for_data

if TYPE_CHECKING:
    from optuna import Study, Trial

TROUBLE = "trouble"  # the attribute of a failed trial that has its error message
PLACE = "place"  # the attribute of a trial that has the machine and the folder of its run


class TrialObserver:
    """Measures a run at every checkpoint, reports the value to Optuna, and ends the run if Optuna
    prunes the trial."""

    def __init__(
        self, trial: Trial, objective: Objective, steps: int, how: Mapping[str, Any]
    ) -> None:
        self._trial, self._objective, self._steps, self._how = trial, objective, steps, how
        self.value = float("nan")

    @hookimpl
    def ganzoo_checkpointed(self, run: Run, step: int, path: Path) -> None:
        metric, number = self._objective.metric, self._objective.number
        results = ganzoo.evaluate(run, [metric], repeats=1, progress=False, **self._how)
        values = {result.name: result.value for result in results}
        if number not in values:
            raise GanzooError(f"The metric {metric!r} gave no finite {number}.")
        self.value = values[number]
        self._trial.report(self.value, step)
        if step < self._steps and self._trial.should_prune():
            raise library().TrialPruned


def tune(
    recipe: str,
    options: Sequence[Option],
    metric: str | None,
    *,
    out: Path,
    trials: int,
    checks: int,
    training: Mapping[str, Any],
    evaluating: Mapping[str, Any],
    registry: Registry,
    trial_ended: Callable[[Study, Any], None],
    storage: str | None = None,
) -> tuple[Study, Objective]:
    """Train trials until ``trials`` of them have ended, including the trials of an earlier search
    in ``out``. Returns the study and the number that was searched for. Each trial is a run in a
    folder of its own. ``metric``: METRIC or METRIC.NUMBER; None for that of the data's view.
    ``checks``: how many times a run is measured, and may be pruned. ``training`` and
    ``evaluating``: the arguments of ``ganzoo.train`` and ``ganzoo.evaluate``.
    ``trial_ended(study, trial)`` is called when a trial ends. ``storage``: of a search that several
    machines share (see ``Search``); each machine has its trials in its own ``out``.

    Raises UsageError, before any training, for an unknown option or metric, or one that does not
    fit."""
    optuna = library()
    fixed = training["set"]
    settings = in_order([*fixed.items(), *((option.path, option.first) for option in options)])
    if training["steps"] is not None:
        settings.insert(0, ("steps", training["steps"]))
    changes = [with_path(change, registry) for change in settings]
    adapted_recipe = bound(adapted(registry.recipe(recipe), changes), registry)
    request = Request(
        choose_device(training["device"]),
        training["seed"],
        asked_data=asks_for_data(path for path, _ in settings),
        data_root=training["data_dir"],
    )
    feasibility = Feasibility(registry, request, samples=evaluating["samples"])
    objective = feasibility.ranked(adapted_recipe, metric)
    feasibility.check(adapted_recipe)
    steps = adapted_recipe.steps
    search = Search(
        {
            "recipe": recipe,
            "objective": metric or objective.name,
            "options": [option.text for option in options],
            "checks": checks,
            "training": training,
            "evaluating": evaluating,
        },
        objective.lower,
        training["seed"],
        storage,
    )

    def stop_when_enough(study: Study, trial: Any) -> None:
        if ended(study) >= trials:  # those of other machines among them
            study.stop()

    def play(trial: Trial) -> float:
        suggested = {option.path: option.suggest(trial) for option in options}
        run = out / f"trial-{trial.number:03}"
        trial.set_user_attr(PLACE, f"{platform.node()}:{run.absolute()}")
        observer = TrialObserver(trial, objective, steps, {**evaluating, "registry": registry})
        try:
            ganzoo.train(
                recipe,
                **{
                    **training,
                    "set": {**fixed, "checkpoint_every": -(-steps // checks), **suggested},
                },
                out=run,
                observers=[observer],
                progress=False,
                registry=registry,
            )
        except Interrupted:
            raise KeyboardInterrupt from None
        except optuna.TrialPruned:
            raise
        except Exception as error:  # such as out of memory: the next trial may need less
            prefix = "" if isinstance(error, GanzooError) else f"{type(error).__name__}: "
            trial.set_user_attr(TROUBLE, f"{prefix}{error}")
            raise GanzooError(str(error)) from error
        return observer.value

    with search.opened(out) as study:
        left = max(0, trials - ended(study))
        callbacks = [trial_ended, stop_when_enough]
        study.optimize(play, n_trials=left, catch=GanzooError, callbacks=callbacks)
    return study, objective
