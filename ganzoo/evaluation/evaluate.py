"""``evaluate``: metrics of a run's samples, each number with its protocol."""

from __future__ import annotations

import functools
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from ganzoo.assembly.build import component
from ganzoo.assembly.resumed import moved
from ganzoo.data import files
from ganzoo.data.splits import Splits
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation import results
from ganzoo.evaluation.features import ClassifierFeatures, choose
from ganzoo.evaluation.measure import average_at, measured, readings
from ganzoo.evaluation.progress import Progress, Steps
from ganzoo.evaluation.results import Results
from ganzoo.evaluation.selection import MetricInputs, requested, select
from ganzoo.interfaces import Features
from ganzoo.notebook.progress import reporting
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.rng import seeded
from ganzoo.run import Run, card
from ganzoo.run.provenance import (
    check_components,
    check_data,
    check_place,
    recipe_of,
    registry_for,
)
from ganzoo.sampling.load import load


def evaluate(
    run: str | Path | Run,
    metrics: Sequence[str] | None = None,
    *,
    weights: Literal["ema", "raw", "best"] = "ema",
    average: float | None = None,
    samples: int | None = None,
    repeats: int = 3,
    seed: int = 0,
    split: str | None = None,
    features: str | Features = "auto",
    set: Mapping[str, Any] | None = None,
    device: str = "auto",
    data_dir: str | Path | None = None,
    dataset: str | None = None,
    plugins: Sequence[str | Path] = (),
    progress: bool | Progress | None = None,
    registry: Registry | None = None,
) -> Results:
    """Measure the samples of a run, and write the results into its folder, in evaluations.json.

    ``metrics``: names; else all metrics that fit the data. ``weights``, ``average``: as for
    ``load``. ``samples``: the number of fakes; ``split``: the split of the reals; else both are as
    in each metric's protocol. Fakes are drawn ``repeats`` times, with the seeds
    ``seed``, ``seed + 1``, ...: a result is the mean, with its standard error. ``features``: auto,
    a registered name, or a Features object. ``set``: options of metrics by dotted path, such as
    {"kid.subsets": 50}. ``dataset``: the new place of a folder of images that was moved, as
    "folder:PATH". ``progress``: whether to show the progress; None for a bar in a notebook, and no
    output elsewhere; or a function ``progress(share, task)`` that is called with the share that is
    done, in [0, 1], and with the current task in words. Raises GanzooError if the evaluation is not
    possible; then nothing is written. Warns of faults that the results show,
    such as a generator that memorises training images.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    _check_numbers(samples, repeats, seed)
    before = results.read(run)  # a damaged file is an error now, not after the computation
    registry = registry or registry_for(plugins)
    device = choose_device(device)
    requests = requested(registry, metrics, set or {})
    # The caller's random number generators are not changed.
    with reporting(progress) as report, seeded(seed):
        steps = Steps(report)
        trained = load(run, weights=weights, average=average, device=device, registry=registry)
        data = data_of(run, registry, data_dir, dataset)
        name = run.config["dataset"]["name"]
        inputs = metric_inputs(name, data, features, registry, device, steps.part)
        selected = select(requests, registry, inputs, fakes=samples, split=split)
        first = next(iter(data))
        new = measured(
            trained,
            selected,
            recipe_of(run.config).dataset,
            {first: data[first].checksum},
            ema=0.0 if weights == "raw" else average_at(trained, registry),
            repeats=repeats,
            seed=seed,
            steps=steps,
        )
    if not new:
        raise GanzooError("No installed metric gave a result for this data.")
    results.keep(run, new)
    for sentence in readings(selected, new).values():
        warnings.warn(sentence, stacklevel=2)
    card.renew(run, before)
    return new


def _check_numbers(samples: int | None, repeats: int, seed: int) -> None:
    for name, value in (("samples", samples), ("repeats", repeats)):
        if value is not None and value < 1:
            raise UsageError(f"The number of {name} must be at least 1, not {value}.")
    if not 0 <= seed <= 2**63 - repeats:
        raise UsageError(f"A seed is a whole number from 0 to 2**63 - {repeats}, not {seed!r}.")


def data_of(
    run: Run, registry: Registry, root: str | Path | None, place: str | None = None
) -> Splits:
    """The run's dataset. ``place``: its new place, as "folder:PATH". Raises GanzooError if it is
    not the data that the run was trained on."""
    recipe = recipe_of(run.config)
    check_components(recipe, run.config, registry, "dataset")
    recipe = moved(recipe, place, registry) if place else recipe
    check_place(run, recipe)
    data = Splits(component("dataset", recipe.dataset, registry), files.data_dir(root))
    check_data(run, data[next(iter(data))])
    return data


def metric_inputs(
    name: str,
    data: Splits,
    features: str | Features,
    registry: Registry,
    device: str,
    told: Callable[[str, int, int], None] = lambda *_: None,
) -> MetricInputs:
    """The inputs of metrics for the dataset ``name``. Nothing is computed yet. The classifier of
    another dataset is made once, when a metric needs it."""
    if isinstance(features, str):
        features = choose(features, name, data, registry, device=device, progress=told)

    @functools.cache
    def of(other: str) -> Features:
        splits = Splits(component("dataset", Part(other), registry), data.root)
        return ClassifierFeatures(other, splits, device=device, told=told)

    return MetricInputs(features, data, of)
