"""The measurement of a generator: fakes are drawn, and the numbers of the metrics become results
with their protocols."""

from __future__ import annotations

import math
import platform
import statistics
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import metadata

import torch
from torch import Tensor

from ganzoo.assembly.schedules import averages_of
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.progress import Steps
from ganzoo.evaluation.results import Protocol, Result, Results
from ganzoo.evaluation.selection import SelectedMetric
from ganzoo.interfaces import Features
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.rng import seeded
from ganzoo.run.grid import to_pixels
from ganzoo.sampling.conditions import rows_drawn
from ganzoo.sampling.trained import Trained
from ganzoo.schedules import Schedule
from ganzoo.types import Batch, Data, Spec

LIBRARIES = ("ganzoo", "torch", "numpy")
PIECE = 1000  # real samples that are reconstructed at a time


def measured(
    trained: Trained,
    selected: Sequence[SelectedMetric],
    dataset: Part,
    checksums: Mapping[str, str | None],
    *,
    ema: float,
    repeats: int,
    seed: int,
    steps: Steps,
) -> Results:
    """The results of the selected metrics for a generator, which may be measured again at a later
    step. ``dataset``: of its run. ``checksums``: of the training split, by its name. ``ema``: the
    decay of the average of its weights, 0 for raw weights. The caller's random number generators
    are not changed."""
    left = list(selected)
    for metric in left:
        metric.values.clear()
    _measure(left, trained, repeats, seed, steps)
    protocol_of = _protocols(trained, ema, dataset, checksums, repeats, seed)
    return Results(r for metric in left for r in _results(metric, protocol_of(metric)))


def readings(selected: Sequence[SelectedMetric], results: Results) -> dict[str, str]:
    """The warnings of the metrics about these results of theirs, by the name of the metric."""
    found = {}
    for metric in selected:
        name = metric.entry.name
        values = {result.name: result.value for result in results if result.metric == name}
        if metric.values and values.keys() >= metric.values[0].keys():
            found[name] = metric.metric.reading(values)
    return {name: sentence for name, sentence in found.items() if sentence}


def average_at(trained: Trained, registry: Registry) -> float:
    """The decay of the average of the weights at the generator's step; 0 without an average."""
    ema = averages_of(trained.recipe, registry)[trained.average - 1]
    return ema.value(trained.step - 1) if isinstance(ema, Schedule) else ema


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
                fake = _fakes(judges, trained, seed + repeat, steps)
            if fake is None:
                selected[:] = [metric for metric in selected if metric not in judges]
                break
            real = judges[0].real
            rows = rows_drawn(real, count, seed + repeat) if real.cond else None
            for metric in judges:
                with steps.step(prefix + metric.entry.name), seeded(seed + repeat):
                    if not metric.measure(fake, rows):
                        selected.remove(metric)


def _drawn(each: SelectedMetric) -> tuple[int, str, bool]:
    """The number of fakes for a metric; the split whose samples they are reconstructions of, or
    whose conditions they are drawn by, that of the reals, else empty; and whether they are
    reconstructions."""
    by_reals = each.real.cond or each.metric.reconstructs
    return each.fakes, each.split if by_reals else "", each.metric.reconstructs


def _fakes(
    judges: Sequence[SelectedMetric], trained: Trained, seed: int, steps: Steps
) -> Data | None:
    """The fakes for metrics that judge the same ones. None if they are reconstructions, the game
    has no encoder, and no metric was asked for by name."""
    first = judges[0]
    if not first.metric.reconstructs:
        return draw(trained, first.fakes, seed, steps.part, first.real)
    try:
        return reconstructed(trained, first.real.first(first.fakes))
    except UsageError:
        if any(metric.required for metric in judges):
            raise
        return None


def draw(
    trained: Trained,
    count: int,
    seed: int,
    told: Callable[[str, int, int], None] = lambda *_: None,
    real: Data | None = None,
) -> Data:
    """Samples of a generator in the form of the data, on the CPU: images as uint8 or uint16,
    rounded as in a saved image; vectors as float32. In a conditional game, with the labels given to
    the generator; of a prior with codes, with the codes, in ``cond``. The conditions are those of
    ``real``, with its labels where it has any.

    Raises GanzooError if a sample is not finite."""
    spec, rest = trained.spec, []
    pixel = torch.uint8 if spec.depth == 8 else torch.uint16
    x = torch.empty((count, *spec.shape), dtype=pixel if spec.bounded else torch.float32)
    done = 0
    for piece in trained.pieces(count, seed=seed, data=real):
        assert piece.x is not None
        x[done : done + len(piece)] = _rounded(piece.x, spec)
        done += len(piece)
        rest.append(Batch(y=piece.y, code=piece.code).map(Tensor.cpu))
        told("", done, count)
    about = Batch.join(rest)
    classes = 0 if about.y is None else spec.classes
    return Data(x, about.y, classes, cond=about.code, view=spec.view)


def reconstructed(trained: Trained, real: Data) -> Data:
    """Reconstructions of real samples, in the form of the data, on the CPU. Raises GanzooError if
    a sample is not finite."""
    spec = trained.spec
    batch = Batch(x=real.x, y=real.y)
    pieces = [batch[start : start + PIECE] for start in range(0, len(batch), PIECE)]
    made = [_rounded(trained.reconstruct(piece.x, piece.y), spec) for piece in pieces]
    return Data(torch.cat(made), view=spec.view)


def _rounded(x: Tensor, spec: Spec) -> Tensor:
    """Samples on the CPU, images rounded as in a saved image."""
    if not x.isfinite().all():
        raise GanzooError(
            "The generator gives samples that are not finite: its training has diverged. Train "
            "it again, with a lower learning rate."
        )
    return (to_pixels(x, spec) if spec.bounded else x).cpu()


def _protocols(
    trained: Trained,
    ema: float,
    dataset: Part,
    checksums: Mapping[str, str | None],
    repeats: int,
    seed: int,
) -> Callable[[SelectedMetric], Protocol]:
    """The function that gives the protocol of a metric in this evaluation."""
    versions = {name: metadata.version(name) for name in LIBRARIES}

    def protocol(metric: SelectedMetric) -> Protocol:
        return Protocol(
            metric=metric.entry.name,
            plugin=metric.entry.plugin,
            version=metric.version,
            options=metric.options,
            dataset=dataset.bare,
            dataset_options=dataset.options,
            checksums={**checksums, metric.split: metric.real.checksum},
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
