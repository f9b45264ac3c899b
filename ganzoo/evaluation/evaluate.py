"""``evaluate``: metrics of a run's samples, each number with the protocol it was measured by."""

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
from ganzoo.evaluation.results import Protocol, Result
from ganzoo.evaluation.selection import MetricInputs, SelectedMetric, requested, select
from ganzoo.interfaces import Features
from ganzoo.loading import load
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
    progress: Progress | None = None,
    registry: Registry | None = None,
) -> list[Result]:
    """Measure the samples of a run, and keep the results in its folder, in evaluations.json.

    ``metrics``: by name; else all that fit the data. ``weights``: the generator's, averaged over
    the training, or as the last step left them. ``samples``: how many fakes are drawn, and
    ``split``: of the reals they are compared with; else as each metric's protocol has it. Fakes are
    drawn ``repeats`` times, with the seeds ``seed``, ``seed + 1``, ...: a result is the mean, with
    its standard error. ``features``: auto, the name of registered ones, or Features of your own.
    ``set``: options of metrics by dotted path, such as {"kid.subsets": 50}.
    ``dataset``: where a folder of images lies now that has moved, as "folder:PATH".
    ``progress(share, what)``: called with the share that is done and with what is being done.
    Raises GanzooError, with nothing written, for a request that cannot be met.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    _check_numbers(samples, repeats, seed)
    results.read(run)  # a file that is damaged is told of before anything is computed
    registry = registry or registry_for(plugins)
    device, steps = choose_device(device), Steps(progress)
    asked = requested(registry, metrics, set or {})
    with seeded(seed):  # whatever is made, trained or drawn, the caller's numbers are left alone
        trained = load(run, weights=weights, device=device, registry=registry)
        data = data_of(run, registry, data_dir, dataset)
        name = run.config["dataset"]["name"]
        given = metric_inputs(name, data, features, registry, device, steps.part)
        chosen = select(asked, registry, given, fakes=samples, split=split)
        _measure(chosen, trained, repeats, seed, steps)
    ema = average_of(trained.recipe, registry) if weights == "ema" else 0.0
    if isinstance(ema, Schedule):
        ema = ema.value(trained.step - 1)
    stamp = _stamp(run, trained, ema, data, repeats, seed)
    found = [result for each in chosen for result in _results(each, stamp(each))]
    if not found:
        raise GanzooError("No metric that is installed gave a result for this data.")
    results.keep(run, found)
    return found


def _check_numbers(samples: int | None, repeats: int, seed: int) -> None:
    for what, value in (("samples", samples), ("repeats", repeats)):
        if value is not None and value < 1:
            raise UsageError(f"The number of {what} must be at least 1, not {value}.")
    if not 0 <= seed <= 2**63 - repeats:
        raise UsageError(f"A seed is a whole number from 0 to 2**63 - {repeats}, not {seed!r}.")


def data_of(
    run: Run, registry: Registry, root: str | Path | None, place: str | None = None
) -> Splits:
    """The run's dataset; ``place``: where it lies now, as "folder:PATH". Raises GanzooError where
    it is not the data that the run was trained on."""
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
    """The inputs of metrics for a dataset of that name. Nothing is computed yet; the classifiers of
    other datasets are made once each, when a metric asks for them."""
    if isinstance(features, str):
        features = choose(features, name, data, registry, device=device, progress=told)

    @functools.cache
    def of(other: str) -> Features:
        theirs = Splits(component("dataset", Part(other), registry), data.root)
        return ClassifierFeatures(other, theirs, device=device, told=told)

    return MetricInputs(features, data, of)


def _leave_out(chosen: list[SelectedMetric], features: Features, error: GanzooError) -> None:
    """Leave out the metrics whose features cannot be had here, and that nobody asked for; a warning
    names them. Raises the error where one was asked for, or none is left."""
    lost = [each for each in chosen if each.features is features]
    if len(lost) == len(chosen) or any(each.required for each in lost):
        raise error
    chosen[:] = [each for each in chosen if each.features is not features]
    names = ", ".join(each.entry.name for each in lost)
    warnings.warn(f"Left out: {names}. {error}", stacklevel=4)


def _measure(
    chosen: list[SelectedMetric], trained: Trained, repeats: int, seed: int, steps: Steps
) -> None:
    """Fill in the values. A default metric that refuses what it is shown is left out."""
    sets = sorted({_drawn(each) for each in chosen})
    looked_at = {id(each.features): each.features for each in chosen if each.features}
    steps.count = len(looked_at) + repeats * (len(chosen) + len(sets))
    for features in looked_at.values():
        with steps.step(f"loading the features {features.name!r}"):
            try:
                features.fingerprint  # noqa: B018 - there may be none to be had: better told now
            except UsageError:
                raise
            except GanzooError as error:
                _leave_out(chosen, features, error)
    for drawn in sets:
        count = drawn[0]
        for repeat in range(repeats):
            judges = [each for each in chosen if _drawn(each) == drawn]
            if not judges:
                break
            now = f"repeat {repeat + 1} of {repeats}, "
            with steps.step(f"{now}drawing {count:,} samples"):
                fake = draw(trained, count, seed + repeat, steps.part, judges[0].real)
            for each in judges:
                with steps.step(now + each.entry.name), seeded(seed + repeat):
                    if not each.measure(fake):
                        chosen.remove(each)


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
    """Samples of a generator in the form of the data: images as the uint8 that they would be saved
    as, vectors as float32; on the CPU. Labels are those asked for, in a conditional game.
    Conditions are those of ``real``, with its labels where it has any.

    Raises GanzooError where the generator gives what is no number."""
    spec, y = trained.spec, []
    x = torch.empty((count, *spec.shape), dtype=torch.uint8 if spec.bounded else torch.float32)
    done = 0
    for piece in trained.pieces(count, seed=seed, data=real):
        assert piece.x is not None
        if not piece.x.isfinite().all():
            raise GanzooError(
                "The generator gives samples that are not finite: its training has diverged. Train "
                "it anew, with a lower learning rate."
            )
        made = to_bytes(piece.x, spec) if spec.bounded else piece.x
        x[done : done + len(made)] = made.cpu()
        done += len(made)
        y += [] if piece.y is None else [piece.y.cpu()]
        told("", done, count)
    if not y:
        return Data(x)
    return Data(x, torch.cat(y), spec.classes)


def _stamp(
    run: Run, trained: Trained, ema: float, data: Splits, repeats: int, seed: int
) -> Callable[[SelectedMetric], Protocol]:
    """What makes a metric's protocol, for this evaluation."""
    part = recipe_of(run.config).dataset
    first = next(iter(data))
    versions = {name: metadata.version(name) for name in LIBRARIES}

    def stamp(each: SelectedMetric) -> Protocol:
        return Protocol(
            metric=each.entry.name,
            plugin=each.entry.plugin,
            version=each.version,
            options=each.options,
            dataset=part.bare,
            dataset_options=part.options,
            checksums={first: data[first].checksum, each.split: each.real.checksum},
            split=each.split,
            reals=len(each.real),
            fakes=each.fakes,
            features=each.features.name if each.features else "",
            fingerprint=each.features.fingerprint if each.features else "",
            repeats=repeats,
            seed=seed,
            step=trained.step,
            ema=ema,
            versions={**versions, "python": platform.python_version()},
        )

    return stamp


def _results(each: SelectedMetric, protocol: Protocol) -> Iterable[Result]:
    """The mean of each of a metric's numbers over the repeats, with its standard error."""
    for name in each.values[0]:
        values = [value[name] for value in each.values if name in value]
        if len(values) < len(each.values) or not all(map(math.isfinite, values)):
            warnings.warn(
                f"The metric {each.entry.name!r} gave {name} = {', '.join(map(str, values))}: it "
                "is left out.",
                stacklevel=3,
            )
            continue
        yield Result(
            name=name,
            value=statistics.fmean(values),
            stderr=statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else None,
            lower_is_better=each.metric.lower_is_better[name],
            protocol=protocol,
        )
