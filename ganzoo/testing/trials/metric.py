"""A metric, called with two small datasets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganzoo.assembly.signature import check_options, handed
from ganzoo.data.splits import Splits
from ganzoo.errors import DataUnavailable
from ganzoo.interfaces import Metric
from ganzoo.registry.entries import Entry
from ganzoo.testing.cases import CASES, tiny
from ganzoo.testing.dice import seeded
from ganzoo.testing.dummies import StandInData, StandInFeatures
from ganzoo.testing.findings import Skipped
from ganzoo.testing.offline import no_network
from ganzoo.testing.subject import Subject
from ganzoo.testing.trials import TRIALS, Outcome, attempt
from ganzoo.types import Spec

SHAPES = ("gray 28x28", "colour 28x28 with 10 labels", "2-D vectors with 8 labels")


@dataclass(frozen=True)
class MetricTrial:
    """A metric at its defaults, for data of one spec."""

    case: str
    entry: Entry
    spec: Spec

    def build(self) -> Any:
        constructor = self.entry.load()
        dataset = StandInData(self.spec.shape, self.spec.classes, self.spec.bounded)
        features = StandInFeatures(self.spec.classes or 4)
        given = {"features": features, "data": Splits(dataset, Path())}
        options = check_options(constructor, "metric", self.entry.name, {})
        metric = constructor(**handed(constructor, "metric", given), **options)
        if not isinstance(metric, Metric):
            raise TypeError(f"a {type(metric).__name__} is not a ganzoo.Metric")
        return metric

    def run(self, built: Any) -> Any:
        real = tiny(self.spec, max(64, built.min_samples), seed=1)
        fake = tiny(self.spec, max(48, built.min_samples), seed=2)
        with seeded(1), no_network() as asked:
            try:
                built.check(real)
                return built(real, fake)
            except DataUnavailable as error:
                raise Skipped(f"it needs what is not on this machine: {error}") from None
            except Exception:
                if asked:
                    raise Skipped("it asks the network, and checks use none") from None
                raise


def _trials(subject: Subject) -> list[Outcome]:
    return [
        attempt(case, [(False, MetricTrial(case, subject.entry, CASES[case]))], late=True)
        for case in SHAPES
    ]


TRIALS["metric"] = _trials
