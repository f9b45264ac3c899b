"""``evaluate``: metrics of a run's samples, each number with its protocol."""

from __future__ import annotations

import functools
import math
import platform
import statistics
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, Literal

import torch

from ganzoo.assembly.build import component
from ganzoo.assembly.resumed import moved
from ganzoo.assembly.schedules import average_of
from ganzoo.data import files
from ganzoo.data.splits import Splits
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation import results
from ganzoo.evaluation.features import ClassifierFeatures, choose
from ganzoo.evaluation.progress import Progress, Steps
from ganzoo.evaluation.results import Protocol, Result, Results
from ganzoo.evaluation.selection import MetricInputs, SelectedMetric, requested, select
from ganzoo.interfaces import Features
from ganzoo.loading import load
from ganzoo.notebook.progress import reporting
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.rng import seeded
from ganzoo.run import Run
from ganzoo.run.grid import to_bytes
from ganzoo.run.provenance import (
    check_components,
    check_data,
    check_place,
    recipe_of,
    registry_for,
)
from ganzoo.sampling import Trained
from ganzoo.schedules import Schedule
from ganzoo.types import Data

LIBRARIES = ("ganzoo", "torch", "numpy")


def evaluate(
    run: str | Path | Run,
    metrics: Sequence[str] | None = None,
    *,
    weights: Literal["ema", "raw"] = "ema",
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

    ``metrics``: names; else all metrics that fit the data. ``weights``: the generator's weights,
    averaged ("ema") or raw. ``samples``: the number of fakes; ``split``: the split of the reals;
    else both are as in each metric's protocol. Fakes are drawn ``repeats`` times, with the seeds
    ``seed``, ``seed + 1``, ...: a result is the mean, with its standard error. ``features``: auto,
    a registered name, or a Features object. ``set``: options of metrics by dotted path, such as
    {"kid.subsets": 50}. ``dataset``: the new place of a folder of images that was moved, as
    "folder:PATH". ``progress``: whether to show the progress; None for a bar in a notebook, and no
    output elsewhere; or a function ``progress(share, task)`` that is called with the share that is
    done, in [0, 1], and with the current task in words. Raises GanzooError if the evaluation is not
    possible; then nothing is written.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    _check_numbers(samples, repeats, seed)
    results.read(run)  # a damaged file is an error now, not after the computation
    registry = registry or registry_for(plugins)
    device = choose_device(device)
    requests = requested(registry, metrics, set or {})
    # The caller's random number generators are not changed.
    with reporting(progress) as report, seeded(seed):
        steps = Steps(report)
        trained = load(run, weights=weights, device=device, registry=registry)
        data = data_of(run, registry, data_dir, dataset)
        name = run.config["dataset"]["name"]
        inputs = metric_inputs(name, data, features, registry, device, steps.part)
        selected = select(requests, registry, inputs, fakes=samples, split=split)
        _measure(selected, trained, repeats, seed, steps)
    ema = average_of(trained.recipe, registry) if weights == "ema" else 0.0
    if isinstance(ema, Schedule):
        ema = ema.value(trained.step - 1)
    protocol_of = _protocols(run, trained, ema, data, repeats, seed)
    new = Results(r for metric in selected for r in _results(metric, protocol_of(metric)))
    if not new:
        raise GanzooError("No installed metric gave a result for this data.")
    results.keep(run, new)
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


def _leave_out(selected: list[SelectedMetric], features: Features, error: GanzooError) -> None:
    """Leave out the metrics that need features which are not available here, and warn. Raises the
    error if one of them is required, or if no other metric is left."""
    lost = [metric for metric in selected if metric.features is features]
    if len(lost) == len(selected) or any(metric.required for metric in lost):
        raise error
    selected[:] = [metric for metric in selected if metric.features is not features]
    names = ", ".join(metric.entry.name for metric in lost)
    warnings.warn(f"Left out: {names}. {error}", stacklevel=4)


def _measure(
    selected: list[SelectedMetric], trained: Trained, repeats: int, seed: int, steps: Steps
) -> None:
    """Compute the values of the metrics. A metric that refuses the samples, and is not required, is
    left out."""
    sets = sorted({_drawn(metric) for metric in selected})
    all_features = {id(metric.features): metric.features for metric in selected if metric.features}
    steps.count = len(all_features) + repeats * (len(selected) + len(sets))
    for features in all_features.values():
        with steps.step(f"loading the features {features.name!r}"):
            try:
                features.fingerprint  # noqa: B018 - raises now if the weights are not available
            except UsageError:
                raise
            except GanzooError as error:
                _leave_out(selected, features, error)
    for drawn in sets:
        count = drawn[0]
        for repeat in range(repeats):
            judges = [metric for metric in selected if _drawn(metric) == drawn]
            if not judges:
                break
            prefix = f"repeat {repeat + 1} of {repeats}, "
            with steps.step(f"{prefix}drawing {count:,} samples"):
                fake = draw(trained, count, seed + repeat, steps.part, judges[0].real)
            for metric in judges:
                with steps.step(prefix + metric.entry.name), seeded(seed + repeat):
                    if not metric.measure(fake):
                        selected.remove(metric)


def _drawn(each: SelectedMetric) -> tuple[int, str]:
    """The number of fakes for a metric, and the split whose conditions they are drawn by, that of
    the reals; empty for data without conditions."""
    return each.fakes, each.split if each.real.cond else ""


def draw(
    trained: Trained,
    count: int,
    seed: int,
    told: Callable[[str, int, int], None] = lambda *_: None,
    real: Data | None = None,
) -> Data:
    """Samples of a generator in the form of the data, on the CPU: images as uint8, rounded as in a
    saved image; vectors as float32. In a conditional game, with the labels given to the generator.
    The conditions are those of ``real``, with its labels where it has any.

    Raises GanzooError if a sample is not finite."""
    spec, y = trained.spec, []
    x = torch.empty((count, *spec.shape), dtype=torch.uint8 if spec.bounded else torch.float32)
    done = 0
    for piece in trained.pieces(count, seed=seed, data=real):
        assert piece.x is not None
        if not piece.x.isfinite().all():
            raise GanzooError(
                "The generator gives samples that are not finite: its training has diverged. Train "
                "it again, with a lower learning rate."
            )
        rows = to_bytes(piece.x, spec) if spec.bounded else piece.x
        x[done : done + len(rows)] = rows.cpu()
        done += len(rows)
        y += [] if piece.y is None else [piece.y.cpu()]
        told("", done, count)
    if not y:
        return Data(x)
    return Data(x, torch.cat(y), spec.classes)


def _protocols(
    run: Run, trained: Trained, ema: float, data: Splits, repeats: int, seed: int
) -> Callable[[SelectedMetric], Protocol]:
    """The function that gives the protocol of a metric in this evaluation."""
    part = recipe_of(run.config).dataset
    first = next(iter(data))
    versions = {name: metadata.version(name) for name in LIBRARIES}

    def protocol(metric: SelectedMetric) -> Protocol:
        return Protocol(
            metric=metric.entry.name,
            plugin=metric.entry.plugin,
            version=metric.version,
            options=metric.options,
            dataset=part.bare,
            dataset_options=part.options,
            checksums={first: data[first].checksum, metric.split: metric.real.checksum},
            split=metric.split,
            reals=len(metric.real),
            fakes=metric.fakes,
            features=metric.features.name if metric.features else "",
            fingerprint=metric.features.fingerprint if metric.features else "",
            repeats=repeats,
            seed=seed,
            step=trained.step,
            ema=ema,
            versions={**versions, "python": platform.python_version()},
        )

    return protocol


def _results(metric: SelectedMetric, protocol: Protocol) -> Iterable[Result]:
    """The mean of each number of a metric over the repeats, with its standard error."""
    for name in metric.values[0]:
        values = [numbers[name] for numbers in metric.values if name in numbers]
        if len(values) < len(metric.values) or not all(map(math.isfinite, values)):
            warnings.warn(
                f"The metric {metric.entry.name!r} gave {name} = {', '.join(map(str, values))}: "
                "it is left out.",
                stacklevel=3,
            )
            continue
        yield Result(
            name=name,
            value=statistics.fmean(values),
            stderr=statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None,
            lower_is_better=metric.metric.lower_is_better[name],
            protocol=protocol,
        )
