"""A training that is measured: its curve, its best generator, its end; and the same weights."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch

import ganzoo
from ganzoo import Data, GanzooError, Metric, Registry, Run, UsageError, hookimpl
from ganzoo.run import checkpoint

from .evaluation.metrics import MeanGap, with_metrics
from .toy import Recorder

Train = Callable[..., Run]


class Scripted(Metric):
    """Gives the next of ``values``, whatever it is asked about."""

    lower_is_better: ClassVar[Mapping[str, bool | None]] = {"scripted": True}
    values: ClassVar[Iterator[float]] = iter(())

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"scripted": next(Scripted.values)}


@pytest.fixture
def registry() -> Registry:
    return with_metrics(gap=MeanGap, scripted=Scripted, telling=Telling)


@pytest.fixture
def measured(train: Train) -> Train:
    """A training of the toy that is measured every 3 steps."""

    def call(**request: Any) -> Run:
        asked = {"evaluate_every": 3, "metric": "gap", "evaluate_samples": 12, "dataset": "split"}
        return train(**{**asked, **request})

    return call


class Telling(Scripted):
    """Finds a fault in every value above 1."""

    lower_is_better: ClassVar[Mapping[str, bool | None]] = {"scripted": True}

    def reading(self, values: Mapping[str, float]) -> str:
        return f"It is {values['scripted']}." if values["scripted"] > 1 else ""


def scripted(*values: float) -> dict[str, Any]:
    Scripted.values = iter(values)
    return {"metric": "scripted"}


def curve(run: Run, name: str) -> dict[float, float]:
    return {line["step"]: line[name] for line in run.metrics() if name in line}


def test_the_weights_are_those_of_a_training_that_is_not_measured(
    train: Train, measured: Train
) -> None:
    with_it = checkpoint.of_step(measured(steps=8))[0]
    without = checkpoint.of_step(train(steps=8, dataset="split"))[0]
    assert checkpoint.digest(with_it) == checkpoint.digest(without)


def test_the_curve_and_the_protocols(measured: Train) -> None:
    run = measured(steps=8)
    values = curve(run, "gap")
    assert [*values] == [3, 6, 8]
    results = {r.protocol.step: r for r in run.results() if r.name == "gap"}
    assert {step: result.value for step, result in results.items()} == values
    assert {result.protocol.fakes for result in results.values()} == {12}


def test_a_measurement_is_what_evaluate_finds(measured: Train, registry: Registry) -> None:
    run = measured(steps=8)
    found = ganzoo.evaluate(run, ["gap"], samples=12, repeats=1, registry=registry, device="cpu")
    assert found[0].value == curve(run, "gap")[8]


def test_the_best_generator_is_kept(measured: Train, registry: Registry) -> None:
    run = measured(steps=9, **scripted(5.0, 2.0, 4.0))
    best = ganzoo.load(run, weights="best", registry=registry)
    assert best.step == 6
    assert ganzoo.load(run, registry=registry).step == 9
    at_six = ganzoo.load(run, step=6, registry=registry)
    torch.testing.assert_close(best.sample(5), at_six.sample(5), rtol=0, atol=0)
    card = (run.path / "README.md").read_text()
    assert "Best scripted: 2 at step 6." in card
    file = ganzoo.load(run.best_generator, registry=registry)
    torch.testing.assert_close(file.sample(5), best.sample(5), rtol=0, atol=0)
    assert best.discriminator is not None  # of the checkpoint of the same step


def test_the_results_of_the_best_generator_name_its_step(
    measured: Train, registry: Registry
) -> None:
    run = measured(steps=9, **scripted(1.0, 2.0, 3.0))
    how = {"samples": 12, "repeats": 1, "registry": registry, "device": "cpu"}
    found = ganzoo.evaluate(run, ["gap"], weights="best", **how)
    assert found[0].protocol.step == 3


def test_the_training_ends_when_nothing_improves(measured: Train) -> None:
    recorder = Recorder()
    values = scripted(5.0, 2.0, 2.0, 4.0, 1.0)
    run = measured(steps=30, patience=2, observers=[recorder], **values)
    assert recorder.events[-1] == ("ended", 12)
    assert checkpoint.last_step(run) == 12
    assert next(Scripted.values) == 1.0  # it was not asked for


def test_a_training_that_improves_goes_on(measured: Train) -> None:
    run = measured(steps=12, patience=2, **scripted(5.0, 6.0, 4.0, 5.0))
    assert checkpoint.last_step(run) == 12


def test_a_resumed_training_goes_on_as_one_that_never_stopped(
    measured: Train, registry: Registry
) -> None:
    whole = measured(steps=12)
    parts = measured(steps=6)
    ganzoo.resume(parts, steps=12, registry=registry)
    assert curve(parts, "gap") == curve(whole, "gap")
    assert checkpoint.best(parts) == checkpoint.best(whole)
    state = [checkpoint.digest(checkpoint.of_step(run)[0]) for run in (whole, parts)]
    assert state[0] == state[1]


def test_patience_counts_the_measurements_before_a_resume(
    measured: Train, registry: Registry
) -> None:
    run = measured(steps=6, patience=2, **scripted(1.0, 2.0))
    Scripted.values = itertools.repeat(3.0)
    ganzoo.resume(run, steps=30, registry=registry)
    assert checkpoint.last_step(run) == 9


def test_a_run_that_ended_early_can_be_resumed(measured: Train, registry: Registry) -> None:
    run = measured(steps=30, patience=1, **scripted(1.0, 2.0))
    assert checkpoint.last_step(run) == 6
    Scripted.values = iter((0.5, 2.0))
    ganzoo.resume(run, registry=registry)
    assert checkpoint.last_step(run) == 12
    assert ganzoo.load(run, weights="best", registry=registry).step == 9


def test_a_value_that_is_not_finite_is_passed_over(measured: Train, registry: Registry) -> None:
    with pytest.warns(UserWarning, match="nan"):
        run = measured(steps=9, **scripted(float("nan"), 2.0, float("nan")))
    assert curve(run, "scripted") == {6: 2.0}
    assert ganzoo.load(run, weights="best", registry=registry).step == 6


def test_observers_hear_of_each_measurement(measured: Train) -> None:
    heard = []

    class Listener:
        @hookimpl
        def ganzoo_measured(self, step: int, values: Mapping[str, float], seconds: float) -> None:
            heard.append((step, values["scripted"], seconds > 0))

    measured(steps=5, observers=[Listener()], **scripted(4.0, 3.0))
    assert heard == [(3, 4.0, True), (5, 3.0, True)]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"evaluate_every": None, "patience": 2, "metric": None}, "patience is for"),
        ({"evaluate_every": 0}, "evaluate_every must be"),
        ({"patience": 0}, "patience must be"),
        ({"metric": "gab"}, "Did you mean 'gap'"),
        ({"metric": "gap.gapp"}, "Did you mean 'gap'"),
        ({"metric": "gap.fakes", "evaluate_samples": 0}, "evaluate_samples must be"),
    ],
)
def test_a_request_that_cannot_be_met_leaves_nothing(
    measured: Train, tmp_path: Path, asked: dict[str, Any], sentence: str
) -> None:
    if asked.get("evaluate_every", 3) is None:
        asked = {"evaluate_samples": None, **asked}
    with pytest.raises(UsageError, match=sentence):
        measured(steps=5, out=tmp_path / "new", **asked)
    assert not (tmp_path / "new").exists()


def test_a_run_that_was_not_measured_has_no_best_generator(
    train: Train, registry: Registry
) -> None:
    run = train(steps=2)
    with pytest.raises(GanzooError, match="--evaluate-every"):
        ganzoo.load(run, weights="best", registry=registry)
    with pytest.raises(UsageError, match="one step"):
        ganzoo.load(run.generator, weights="best", registry=registry)
    with pytest.raises(UsageError, match="no step"):
        ganzoo.load(run, weights="best", step=2, registry=registry)


def told(warned: pytest.WarningsRecorder) -> list[str]:
    """The warnings for the user."""
    return [str(each.message) for each in warned if each.category is UserWarning]


def test_a_fault_that_a_metric_finds_is_a_symptom_of_the_run_once(
    measured: Train, registry: Registry
) -> None:
    Scripted.values = iter((1.0, 2.0, 3.0))
    with pytest.warns(UserWarning, match=r"It is 2\.0\.") as warned:
        run = measured(steps=9, metric="telling.scripted")
    assert told(warned) == ["It is 2.0."]
    (symptom,) = run.symptoms()
    assert (symptom.name, symptom.step) == ("telling", 6)
    Scripted.values = itertools.repeat(3.0)
    how = {"samples": 12, "repeats": 2, "registry": registry, "device": "cpu"}
    with pytest.warns(UserWarning, match=r"It is 3\.0\.") as warned:
        ganzoo.evaluate(run, ["telling"], **how)
    assert told(warned) == ["It is 3.0."]
