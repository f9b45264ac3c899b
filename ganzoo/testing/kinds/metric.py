"""Rules for a metric."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch

from ganzoo import rng
from ganzoo.assembly.build import component
from ganzoo.assembly.signature import check_options, handed
from ganzoo.data.splits import Splits
from ganzoo.errors import DataUnavailable, UsageError
from ganzoo.interfaces import Metric
from ganzoo.testing.dummies import CASES, StandInData, StandInFeatures, tiny
from ganzoo.testing.findings import Fault, Skipped, rule
from ganzoo.testing.offline import no_network
from ganzoo.testing.subject import Subject
from ganzoo.types import Data


@rule(
    "results",
    "metric",
    asks="For two small datasets it returns finite numbers by name, the same for the same samples, "
    "which it leaves as they are; lower_is_better has an entry for every name. It refuses data "
    "that does not fit with ganzoo.UsageError.",
    mend="Return {name: float(value)}, and list every name in the class attribute lower_is_better. "
    "Copy samples before you change them, and draw random numbers with a fixed seed.",
)
def results(subject: Subject) -> Iterator[Fault]:
    refusals = []
    cases = _cases(subject)
    for case, (real, fake, splits) in cases.items():
        before = real.x.clone(), fake.x.clone()
        try:
            metric, numbers = _measured(subject, real, fake, splits)
        except UsageError as error:
            refusals.append(str(error))
            continue
        if not isinstance(numbers, dict) or not numbers:
            yield Fault(f"it returns {numbers!r}, not numbers by name", case=case)
            continue
        if not torch.equal(fake.x, before[1]) or not torch.equal(real.x, before[0]):
            yield Fault("it changes the samples that it is given", case=case)
        elif repr(_again(metric, real, fake)) != repr(numbers):  # two NaN are not equal
            yield Fault("it gives other numbers for the same samples", case=case)
        for name, value in numbers.items():
            if not isinstance(value, float) or not math.isfinite(value):
                yield Fault(f"{name} is {value!r}", case=case)
            if name not in metric.lower_is_better:
                yield Fault(f"lower_is_better has no entry for {name!r}", case=case)
    if len(refusals) == len(cases):
        raise Skipped(f"it refuses all data of this suite ({refusals[0].rstrip('.')})")


def _again(metric: Metric, real: Data, fake: Data) -> Any:
    with rng.seeded(1), no_network():
        return metric(real, fake)


def _cases(subject: Subject) -> dict[str, tuple[Data, Data, Splits]]:
    """Real samples, fakes, and the splits of their dataset: made up, and from the datasets of the
    plugin, half of whose rows are the fakes."""
    count = max(64, getattr(subject.target, "min_samples", 0))
    cases: dict[str, tuple[Data, Data, Splits]] = {}
    for case, spec in CASES.items():
        real, fake = (tiny(spec, count, seed=seed) for seed in (1, 2))
        dataset = StandInData(spec.shape, spec.classes, spec.bounded)
        cases[case] = real, fake, Splits(dataset, Path())
    for part, data in subject.own_data():
        half = len(data) // 2
        rows = torch.arange(count) % half
        splits = Splits(component("dataset", part, subject.registry), Path())
        for shift, split in enumerate(splits):  # no two splits have equal samples
            splits.put(split, data.rows((rows + shift) % half))
        cases[f"data of {part.bare}"] = data.rows(rows), data.rows(half + rows), splits
    return cases


def _measured(subject: Subject, real: Data, fake: Data, splits: Splits) -> tuple[Metric, Any]:
    """The metric with its default options, and its numbers for two small datasets."""
    constructor = subject.target
    inputs = {"features": StandInFeatures(real.classes or 4), "data": splits}
    options = check_options(constructor, "metric", subject.entry.name, {})
    with rng.seeded(1), no_network() as addresses:
        try:
            metric = constructor(**handed(constructor, "metric", inputs), **options)
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
