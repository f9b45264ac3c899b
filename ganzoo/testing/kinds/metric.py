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
from ganzoo.testing.findings import Seen, Skipped, rule
from ganzoo.testing.offline import no_network
from ganzoo.testing.subject import Subject
from ganzoo.types import Spec


@rule(
    "results",
    "metric",
    asks="Given two small datasets, it returns finite numbers by name, and lower_is_better says of "
    "every name which way is better; data that it is not for it refuses with ganzoo.UsageError.",
    mend="Return {name: float(value)}, and list every name in the class attribute lower_is_better.",
)
def results(subject: Subject) -> Iterator[Seen]:
    refusals = []
    for case, spec in CASES.items():
        try:
            metric, found = _judged(subject, spec)
        except UsageError as error:
            refusals.append(str(error))
            continue
        if not isinstance(found, dict) or not found:
            yield Seen(f"it gives {found!r}, not results by name", case=case)
            continue
        for name, value in found.items():
            if not isinstance(value, float) or not math.isfinite(value):
                yield Seen(f"{name} is {value!r}", case=case)
            if name not in metric.lower_is_better:
                yield Seen(f"lower_is_better says nothing of {name!r}", case=case)
    if len(refusals) == len(CASES):
        raise Skipped(f"it refuses all that it was tried on ({refusals[0].rstrip('.')})")


def _judged(subject: Subject, spec: Spec) -> tuple[Metric, Any]:
    """The metric at its defaults, and its results on two small datasets."""
    constructor = subject.target
    dataset = StandInData(spec.shape, spec.classes, spec.bounded)
    given = {"features": StandInFeatures(spec.classes or 4), "data": Splits(dataset, Path())}
    options = check_options(constructor, "metric", subject.entry.name, {})
    with rng.seeded(1), no_network() as asked:
        try:
            metric = constructor(**handed(constructor, "metric", given), **options)
            real, fake = (tiny(spec, max(64, metric.min_samples), seed=seed) for seed in (1, 2))
            metric.check(real)
            return metric, metric(real, fake)
        except DataUnavailable as error:
            raise Skipped(f"it needs data that is not on this machine: {error}") from None
        except UsageError:
            raise
        except Exception:
            if asked:
                raise Skipped("it asks the network, and checks use none") from None
            raise
