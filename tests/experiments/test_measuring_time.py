"""The time of an evaluation, estimated from few samples."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
import torch

from ganzoo import Data, Features, Metric, Part
from ganzoo.cli.sweep_progress import in_words
from ganzoo.experiments import measuring_time
from ganzoo.experiments.estimate import SweepTime
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.measuring_time import MeasuringTime
from ganzoo.experiments.metric_time import of_metric, of_size
from ganzoo.experiments.stand_in import StandIn
from ganzoo.rng import seeded
from ganzoo.training.request import Request

from ..evaluation.metrics import with_metrics
from ..toy import TOY

COUNT = 10_000  # fakes


class Slow(Metric):
    """Takes forty microseconds for each fake."""

    lower_is_better = {"slow": True}  # noqa: RUF012
    split = "train"

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        time.sleep(4e-5 * len(fake))
        return {"slow": 0.0}


class OfFeatures(Metric):
    """Reads the features of the fakes and of the real samples."""

    lower_is_better = {"mean": True}  # noqa: RUF012

    def __init__(self, features: Features) -> None:
        self.features = features

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        one, other = (torch.cat([*self.features.vectors(data)]).mean() for data in (real, fake))
        return {"mean": (one - other).abs().item()}


def times(repeats: int, **metrics: type) -> MeasuringTime:
    registry = with_metrics(**metrics)
    request = Request("cpu", seed=0, asked_data=True, data_root=None)
    fits = Feasibility(registry, request, [name.replace("_", "-") for name in metrics], COUNT)
    return MeasuringTime(fits, registry, repeats)


@pytest.mark.parametrize("repeats", [1, 3])
def test_a_run_takes_the_time_of_its_metrics_for_all_fakes(repeats: int) -> None:
    with seeded(0):
        seconds = times(repeats, slow=Slow).of_run(TOY)
    slept = repeats * COUNT * 4e-5
    assert slept / 2 < seconds < 3 * slept  # the machine may be busy


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_seconds_grow_as_a_power_of_the_size(power: float) -> None:
    found = of_size([1000, 2000], (0.1, 0.1 * 2**power), 10_000)
    assert found == pytest.approx(0.1 * 10**power)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [((0.1, 0.05), 0.05), ((0.1, 10.0), 250.0), ((0.0, 0.0), 0.0)],
    ids=["falling", "faster than all pairs", "nothing"],
)
def test_the_growth_is_bounded(seconds: tuple[float, float], expected: float) -> None:
    assert of_size([1000, 2000], seconds, 10_000) == pytest.approx(expected)


def test_a_size_that_was_measured_is_not_extrapolated() -> None:
    assert of_size([500, 600], (0.1, 0.2), 600) == 0.2
    assert of_size([12, 12], (0.1, 0.2), 12) == 0.2


def test_the_features_that_a_metric_reads_are_counted_at_their_full_number() -> None:
    features = StandIn(SimpleNamespace(name="of pixels", dim=4, classes=0))
    real, fake = Data(torch.zeros(3000, 2)), Data(torch.zeros(2000, 2))
    metric = SimpleNamespace(
        metric=OfFeatures(features), real=real, split="test", fakes=COUNT, entry=None
    )
    found = of_metric(metric, features, fake)
    assert found.read == {("real", "test"): 3000, ("fake", COUNT): COUNT}


def test_vectors_of_a_stand_in_have_the_shape_of_those_of_the_features() -> None:
    features = StandIn(SimpleNamespace(name="of pixels", dim=4, classes=3))
    samples = Data(torch.zeros(1200, 2))
    assert torch.cat([*features.vectors(samples)]).shape == (1200, 4)
    assert torch.cat([*features.logits(samples)]).shape == (1200, 3)


def test_a_classifier_counts_once_and_only_if_the_cache_lacks_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recipe = TOY.replace(dataset=Part("bars"))
    monkeypatch.setattr(measuring_time, "fit", lambda train, steps: time.sleep(0.01))
    available = False
    monkeypatch.setattr(measuring_time.ClassifierFeatures, "available", lambda features: available)
    with seeded(0):
        first = times(1, of_features=OfFeatures)
        first.of_run(recipe)
        before = dict(first.classifiers)
        first.of_run(recipe)
        available = True
        second = times(1, of_features=OfFeatures)
        second.of_run(recipe)
    assert [*before] == ["classifier of bars"]
    assert first.classifiers == before
    assert second.classifiers == {}


def test_the_time_of_a_sweep_in_words() -> None:
    whole = SweepTime(training=600.0, measuring=240.0, classifiers=60.0)
    assert in_words(whole, 2) == (
        "They will take about 8 min: training 5 min, measuring 2 min, training the classifier of "
        "the measurements once 60 s."
    )
    assert in_words(SweepTime(0.0, 240.0, 0.0), 1) == "They will take about 4 min: measuring 4 min."
    unknown = SweepTime(600.0, None, 0.0)
    told = "Training them will take about 10 min, measuring them not included."
    assert in_words(unknown, 1) == told
