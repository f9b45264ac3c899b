"""What a metric is handed, and how the conformance suite tries one that wants it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from ganzoo import Data, Features, GanzooError, Metric, Part, Registry, Splits, UsageError
from ganzoo.assembly.build import component
from ganzoo.assembly.signature import asked, handed, options_of
from ganzoo.interfaces import Loss
from ganzoo.testing import check_component
from ganzoo.testing.dummies import StandInData, StandInFeatures

from ..toy import ToyPlugin, registry_of
from . import metrics


class WantsBoth(Metric):
    """Wants both, in its own order, and has an option."""

    lower_is_better = {"sum": True}  # noqa: RUF012
    min_samples = 70

    def __init__(self, data: Splits, power: int = 2, *, features: Features) -> None:
        self.data, self.power, self.features = data, power, features

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        if min(len(real), len(fake)) < self.min_samples:
            raise AssertionError("too few")
        if torch.equal(real.x, fake.x[: len(real)]):
            raise AssertionError("the fakes are the reals")
        one, other = (torch.cat([*self.features.vectors(s)]) for s in (real, self.data["train"]))
        logits = torch.cat([*self.features.logits(fake)])
        assert one.shape[1:] == other.shape[1:] == (self.features.dim,)
        assert logits.shape == (len(fake), self.features.classes)
        assert not torch.equal(self.data["train"].x, self.data["test"].x)
        return {"sum": one.sum().item() + other.sum().item() + self.power}


class Inherits(WantsBoth):
    """Hands on to its parent what it is given."""

    def __init__(self, extra: float = 1.0, **rest: Any) -> None:
        super().__init__(**rest)
        self.extra = extra


def made(**given: Any) -> Metric:
    return WantsBoth(**given)


def wants_nothing() -> Metric:
    return metrics.OnlyVectors()


GIVEN = {"features": StandInFeatures(), "data": Splits(StandInData((1, 28, 28)), Path())}


@pytest.mark.parametrize(
    ("constructor", "wants"),
    [
        (metrics.MeanGap, set()),
        (metrics.FeatureGap, {"features"}),
        (metrics.Memory, {"data"}),
        (WantsBoth, {"features", "data"}),
        (Inherits, {"features", "data"}),
        (wants_nothing, set()),
    ],
)
def test_a_metric_is_handed_what_its_constructor_has_a_name_for(
    constructor: Callable[..., Metric], wants: set[str]
) -> None:
    assert asked(constructor, "metric") == wants
    assert {*handed(constructor, "metric", GIVEN)} == wants
    assert not {*options_of(constructor, "metric")} & {"features", "data"}
    registry = registry_of(toy=ToyPlugin(), metrics=metrics.Plugin(it=constructor))  # type: ignore[arg-type]
    metric = component("metric", Part("it"), registry, **GIVEN)
    for name in wants:
        assert getattr(metric, name) is GIVEN[name]


def test_the_knobs_of_a_metric_are_the_rest() -> None:
    assert [*options_of(WantsBoth, "metric")] == ["power"]
    assert [*options_of(Inherits, "metric")] == ["extra", "power"]
    registry = registry_of(metrics=metrics.Plugin(it=WantsBoth))
    metric = component("metric", Part("it", {"power": 5}), registry, **GIVEN)
    assert metric.power == 5
    with pytest.raises(UsageError, match="no option 'features'"):
        component("metric", Part("it", {"features": 5}), registry, **GIVEN)


def test_other_kinds_are_handed_everything() -> None:
    """So that a network whose constructor takes no spec is told of, and not quietly made."""
    assert handed(lambda: None, "generator", {"spec": 1}) == {"spec": 1}


def test_what_is_no_metric_is_refused() -> None:
    registry = registry_of(metrics=metrics.Plugin(it=Loss))
    with pytest.raises(GanzooError, match="is a Loss, which is not a ganzoo Metric"):
        component("metric", Part("it"), registry)


def findings(**given: type) -> list[str]:
    registry: Registry = registry_of(toy=ToyPlugin(), metrics=metrics.Plugin(**given))
    (name,) = given
    found = check_component("metric", name.replace("_", "-"), registry)
    return [f"{each.rule}: {each.seen}" for each in found if each.rule != "summary"]


def test_the_conformance_suite_tries_a_metric_that_wants_both() -> None:
    assert findings(it=WantsBoth) == []
    assert findings(it=Inherits) == []


def test_the_conformance_suite_asks_check_first() -> None:
    class Checked(metrics.MeanGap):
        """Breaks on what it has refused."""

        def check(self, real: Data) -> None:
            if real.x.shape[1] == 3:
                raise UsageError("Not in colour.")

        def __call__(self, real: Data, fake: Data) -> dict[str, float]:
            assert real.x.shape[1] != 3
            return super().__call__(real, fake)

    assert findings(it=Checked) == []


def test_the_conformance_suite_sees_a_metric_that_breaks_on_features() -> None:
    class Wrong(WantsBoth):
        """Takes vectors for logits."""

        def __call__(self, real: Data, fake: Data) -> dict[str, float]:
            for piece in self.features.vectors(fake):
                if piece.shape[1] != self.features.classes:
                    raise ZeroDivisionError
            return {"sum": 0.0}

    assert any("ZeroDivisionError" in each for each in findings(it=Wrong))
