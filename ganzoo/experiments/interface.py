"""``ganzoo.sweep`` and ``ganzoo.tune``: the commands of these names, as functions."""

from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.report.compare import Comparison, compare
from ganzoo.experiments import sweep as sweeping
from ganzoo.experiments import tune as tuning
from ganzoo.experiments.outcome import Tuned, outcome
from ganzoo.experiments.prepare import prepare
from ganzoo.experiments.space import Option, option
from ganzoo.experiments.task import setting
from ganzoo.experiments.trials import Trial, choices
from ganzoo.notebook.progress import counting
from ganzoo.paths import expanded
from ganzoo.recipe import to_dict
from ganzoo.registry import Registry
from ganzoo.registry.kinds import SWAPPED


def sweep(
    recipe: str,
    *,
    set: Mapping[str, Sequence[Any]] | None = None,
    seeds: int = 3,
    jobs: int = 1,
    metrics: Sequence[str] = (),
    samples: int | None = None,
    repeats: int | None = None,
    config: str | Path | None = None,
    steps: int | None = None,
    batch_size: int | None = None,
    precision: str = "fp32",
    device: str = "auto",
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    progress: bool | None = None,
    plugins: Sequence[str | Path] = (),
    **components: str | Sequence[str],
) -> Comparison:
    """Train every combination of choices with several seeds each, and compare the runs.

    ``components``: by kind, the names to try, as ``loss=["minimax", "hinge"]``. ``set``: the values
    to try of options by dotted path, as ``{"batch_size": [64, 128]}``. Each combination is trained
    with the ``seeds`` 0, 1, ..., and evaluated with ``metrics`` on ``samples`` fakes, ``repeats``
    times: by default once with fd and precision-recall for images, and with all metrics that fit
    for other data; three times with named ``metrics``. ["all"] names all metrics that fit.
    ``config``, ``steps``, ``batch_size`` and ``precision`` are shared by all runs; ``jobs`` runs
    are trained at the same time, each in a process of its own. ``out``: the folder of the runs,
    by default sweeps/RECIPE. The same call continues a stopped sweep: finished runs stay as they
    are. ``progress``: None for a bar in a notebook.

    Warns of each run that failed, and leaves it out. Raises UsageError, before any training, for a
    choice that does not fit; GanzooError if fewer than two runs are left."""
    from ganzoo.cli.sweep import perform  # the log of a run has the output of its command

    unknown = [kind for kind in components if kind not in SWAPPED]
    if unknown:
        raise UsageError(f"There is no component {unknown[0]!r}. Known: {', '.join(SWAPPED)}.")
    for name, number in (("seeds", seeds), ("jobs", jobs), ("repeats", repeats)):
        if number is not None and number < 1:
            raise UsageError(f"{name} is {number}: give 1 or more.")
    named = {k: [v] if isinstance(v, str) else [*v] for k, v in components.items()}
    typed = [f"{path}={_values(path, values)}" for path, values in (set or {}).items()]
    registry = Registry.discover(map(Path, plugins))
    request = {
        "seeds": seeds,
        "metrics": tuple(metrics),
        "samples": samples,
        "repeats": repeats,
        "config": config and str(expanded(config)),
        "steps": steps,
        "batch_size": batch_size,
        "precision": precision,
        "device": device,
        "data_dir": data_dir and str(expanded(data_dir)),
        "plugins": tuple(str(Path(plugin)) for plugin in plugins),
        "out": out and expanded(out),
    }
    prepared = prepare(recipe, choices(named, typed), request, registry)
    plan, trials = prepared.plan, prepared.trials
    _check_known_to_processes(recipe, trials, registry)
    failed: dict[str, str] = {}
    with counting(f"Sweep of {recipe}", len(trials), progress) as ended:
        played = sweeping.play(
            plan, trials, jobs, lambda trial: None, lambda trial, share, words: None, perform
        )
        for trial, error in played:
            if error:
                failed[trial.name] = error
            ended(f"{trial.name}: {error or 'done'}")
    for name, error in failed.items():
        warnings.warn(f"The run {name} failed: {error}", stacklevel=2)
    good = [plan.path(trial) for trial in trials if trial.name not in failed]
    if len(good) < 2:
        raise GanzooError(f"{len(failed)} of {len(trials)} runs failed, so none can be compared.")
    return compare(good)


def tune(
    recipe: str,
    search: Mapping[str, str | Sequence[Any]],
    *,
    metric: str | None = None,
    trials: int = 20,
    checks: int = 4,
    samples: int | None = None,
    set: Mapping[str, Any] | None = None,
    steps: int | None = None,
    seed: int = 0,
    device: str = "auto",
    precision: str = "fp32",
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    storage: str | None = None,
    progress: bool | None = None,
    plugins: Sequence[str | Path] = (),
) -> Tuned:
    """Search for the settings of a recipe with the best value of a metric. Needs Optuna.

    ``search``: by dotted path, a range as text, "LOW..HIGH" or "LOW..HIGH:log", or the values to
    choose from, as ``{"optimizer.g.lr": "1e-4..1e-2:log", "batch_size": [64, 128]}``. ``metric``:
    METRIC, or METRIC.NUMBER if it gives several numbers, of ``samples`` fakes; None for that of the
    data's view, which is "fd" for images. A run is measured ``checks`` times, and pruned if earlier
    trials were better. ``set``: settings of all trials. ``out``: the folder of the trials, by
    default tuning/RECIPE; the same call continues a stopped search until ``trials`` of them have
    ended. ``storage``: a database, or a file, that several machines share. ``progress``: None for a
    bar in a notebook.

    Raises UsageError, before any training, for an option or a metric that does not fit; GanzooError
    if no trial gave a number."""
    if trials < 1 or checks < 1:
        raise UsageError(f"Give 1 or more trials and checks, not {trials} and {checks}.")
    searched: list[Option] = [
        option(f"{path}={values if isinstance(values, str) else _values(path, values)}")
        for path, values in search.items()
    ]
    if not searched:
        raise UsageError("There is nothing to search: give the values of a setting.")
    registry = Registry.discover(map(Path, plugins))
    registry.get("recipe", recipe)
    folder = expanded(out or Path("tuning") / recipe.rpartition(":")[2])
    place = data_dir and str(expanded(data_dir))
    training = {
        "set": dict(set or {}),
        "steps": steps,
        "seed": seed,
        "device": device,
        "precision": precision,
        "data_dir": place,
    }
    shared = {"seed": seed, "device": device, "data_dir": place}
    with counting(f"Search for {recipe}", trials, progress) as ended:
        study, objective = tuning.tune(
            recipe,
            searched,
            metric,
            out=folder,
            trials=trials,
            checks=checks,
            training=training,
            evaluating={"samples": samples, **shared},
            registry=registry,
            trial_ended=lambda study, trial: ended(_outcome(trial)),
            storage=storage,
        )
    files = tuple(str(Path(plugin)) for plugin in plugins)
    return outcome(study, objective.name, folder, recipe, {**training, "plugins": files})


def _values(path: str, values: Sequence[Any]) -> str:
    """The values of a setting as typed: V1,V2."""
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise UsageError(f"{path}: give a list of values, not {values!r}.")
    texts = [setting(path, value).partition("=")[2] for value in values]
    return ",".join(
        json.dumps(value) if isinstance(value, str) and "," in value else text
        for value, text in zip(values, texts, strict=True)
    )


def _outcome(trial: Any) -> str:
    value = "no number" if trial.value is None else f"{trial.value:.5g}"
    return f"trial {trial.number}: {value} ({trial.state.name.lower()})"


def _check_known_to_processes(recipe: str, trials: Sequence[Trial], registry: Registry) -> None:
    """Raises UsageError for components that the processes of a sweep cannot import."""
    names = [registry.get("recipe", recipe).qualified, *(str(to_dict(t.recipe)) for t in trials)]
    for plugin in registry.plugins:
        declared = not plugin.distribution and not plugin.path
        if declared and any(f"{plugin.name}:" in text for text in names):
            raise UsageError(
                "A sweep trains in processes of their own, which do not know the components that "
                f"this script or notebook declares (plugin {plugin.name!r}). Write them into a "
                "file, and name it: plugins=['FILE.py']."
            )
