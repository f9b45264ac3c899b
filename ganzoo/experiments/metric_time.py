"""The time of a metric for many samples, from its time for few."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganzoo.evaluation.selection import SelectedMetric
from ganzoo.experiments.stand_in import StandIn
from ganzoo.types import Data

FEW, MANY = 1000, 2000  # samples; fewer would take less than a usual subset, such as that of KID

Samples = tuple[str, object]  # real samples by their split, fakes by their number, others by an id


@dataclass(frozen=True)
class MetricTime:
    """first: the seconds that only the first set of fakes takes; each: those of every set, without
    the features. read: the number of the samples whose features the metric reads."""

    first: float
    each: float
    read: Mapping[Samples, int]


def of_metric(metric: SelectedMetric, features: StandIn | None, fake: Data) -> MetricTime:
    """``features``: those that the metric was made with. ``fake``: MANY samples."""
    asked = [] if features is None else features.asked
    asked.clear()
    least = min(max(FEW, metric.metric.min_samples), MANY)
    few, many = ((metric.real.first(n), fake.first(min(n, metric.fakes))) for n in (least, MANY))
    fresh, short = (timed(metric.metric, *few)[0] for _ in range(2))
    anew, long = (timed(metric.metric, *many)[0] for _ in range(2))
    sizes = [sum(map(len, both)) / 2 for both in (few, many)]
    size = (len(metric.real) + metric.fakes) / 2
    real: tuple[Samples, int] = ("real", metric.split), len(metric.real)
    fakes: tuple[Samples, int] = ("fake", metric.fakes), metric.fakes
    whole = {
        id(data): each
        for both in (few, many)
        for data, each in zip(both, (real, fakes), strict=True)
    }
    return MetricTime(
        first=of_size(sizes, (max(0.0, fresh - short), max(0.0, anew - long)), size),
        each=of_size(sizes, (short, long), size),
        read=dict(whole.get(id(data), (("other", id(data)), len(data))) for data in asked),
    )


def of_size(sizes: Sequence[float], seconds: tuple[float, float], size: float) -> float:
    """The seconds for ``size`` samples, by those for two smaller sizes. They grow as a power of the
    size: at least 0, no growth, at most 2, for all pairs of samples."""
    (few, many), (short, long) = sizes, seconds
    if size <= many or few == many or not (short and long):
        return long
    power = math.log(long / short) / math.log(many / few)
    return long * math.pow(size / many, min(max(power, 0.0), 2.0))


def timed(function: Callable[..., Any], *arguments: Any) -> tuple[float, Any]:
    """The seconds of a call, and its result."""
    started = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - started, result
