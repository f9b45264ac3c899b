"""Rules for a metric."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ganzoo import rng
from ganzoo.assembly.signature import check_options, handed
from ganzoo.data.splits import Splits
from ganzoo.errors import DataUnavailable, UsageError
from ganzoo.interfaces import Metric
from ganzoo.testing.dummies import CASES, StandInData, StandInFeatures, tiny
from ganzoo.testing.findings import Fault, Skipped, rule
from ganzoo.testing.offline import no_network
from ganzoo.testing.subject import Subject
from ganzoo.types import Spec


@rule(
    "results",
    "metric",
    asks="For two small datasets it returns finite numbers by name, and lower_is_better has an "
    "entry for every name. It refuses data that does not fit with ganzoo.UsageError.",
    mend="Return {name: float(value)}, and list every name in the class attribute lower_is_better.",
)
def results(subject: Subject) -> Iterator[Fault]:
    refusals = []
    for case, spec in CASES.items():
        try:
            metric, numbers = _measured(subject, spec)
        except UsageError as error:
            refusals.append(str(error))
            continue
        if not isinstance(numbers, dict) or not numbers:
            yield Fault(f"it returns {numbers!r}, not numbers by name", case=case)
            continue
        for name, value in numbers.items():
            if not isinstance(value, float) or not math.isfinite(value):
                yield Fault(f"{name} is {value!r}", case=case)
            if name not in metric.lower_is_better:
                yield Fault(f"lower_is_better has no entry for {name!r}", case=case)
    if len(refusals) == len(CASES):
        raise Skipped(f"it refuses all data of this suite ({refusals[0].rstrip('.')})")


def _measured(subject: Subject, spec: Spec) -> tuple[Metric, Any]:
    """The metric with its default options, and its numbers for two small datasets."""
    constructor = subject.target
    dataset = StandInData(spec.shape, spec.classes, spec.bounded)
    inputs = {"features": StandInFeatures(spec.classes or 4), "data": Splits(dataset, Path())}
    options = check_options(constructor, "metric", subject.entry.name, {})
    with rng.seeded(1), no_network() as addresses:
        try:
            metric = constructor(**handed(constructor, "metric", inputs), **options)
            real, fake = (tiny(spec, max(64, metric.min_samples), seed=seed) for seed in (1, 2))
            metric.check(real)
            return metric, metric(real, fake)
        except DataUnavailable as error:
            raise Skipped(f"it needs data that is not on this machine: {error}") from None
        except UsageError:
            raise
        except Exception:
            if addresses:
                raise Skipped("it uses the network, and checks use none") from None
            raise
