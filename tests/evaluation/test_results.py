"""A number with its protocol: what may be compared, and what is kept of it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

import ganzoo
from ganzoo import GanzooError, Registry, Run
from ganzoo.evaluation import results
from ganzoo.evaluation.results import Protocol
from ganzoo.testing.dummies import StandInFeatures

from . import metrics
from .metrics import Evaluate, by_name, with_metrics

# -- the protocol ----------------------------------------------------------------------------------


def test_the_protocol_says_all_that_it_takes_to_repeat_it(run: Run) -> None:
    registry = with_metrics(sees=metrics.FeatureGap)
    (result,) = ganzoo.evaluate(
        run, samples=12, repeats=2, seed=3, registry=registry, features=StandInFeatures()
    )
    protocol = result.protocol
    assert protocol == Protocol(
        metric="sees",
        plugin="metrics",
        version="",
        options={},
        dataset="split",
        dataset_options={},
        checksums={"train": "toy"},
        split="train",
        reals=40,
        fakes=12,
        features="stand-in",
        fingerprint="0" * 16,
        repeats=2,
        seed=3,
        step=4,
        ema=0.9,
        versions=protocol.versions,
    )
    assert protocol.versions["torch"] == metadata.version("torch")
    assert {"ganzoo", "python"} <= {*protocol.versions}


@pytest.fixture
def protocol(evaluate: Evaluate) -> Protocol:
    return evaluate("gap", repeats=1)[0].protocol


@pytest.mark.parametrize(
    "change",
    [{"repeats": 9}, {"seed": 9}, {"step": 9}, {"ema": None}, {"versions": {"torch": "1.0"}}],
    ids=str,
)
def test_results_that_differ_in_this_may_be_compared(
    protocol: Protocol, change: dict[str, Any]
) -> None:
    assert replace(protocol, **change).key == protocol.key


@pytest.mark.parametrize(
    "change",
    [
        {"metric": "other"},
        {"plugin": "other"},
        {"version": "2.0"},
        {"options": {"scale": 2.0}},
        {"dataset": "toy"},
        {"dataset_options": {"count": 30}},
        {"checksums": {"train": "toy", "test": "others"}},
        {"split": "train"},
        {"reals": 11},
        {"fakes": 11},
        {"features": "stand-in"},
        {"fingerprint": "1" * 16},
    ],
    ids=str,
)
def test_results_that_differ_in_this_may_not(protocol: Protocol, change: dict[str, Any]) -> None:
    assert replace(protocol, **change).key != protocol.key


def test_the_same_data_elsewhere_is_the_same_data(protocol: Protocol) -> None:
    here, there = (replace(protocol, dataset_options={"path": path}) for path in ("/a", "/b"))
    assert here.key == there.key
    unknown = {"train": None}
    assert replace(here, checksums=unknown).key != replace(there, checksums=unknown).key


# -- what is kept ----------------------------------------------------------------------------------


def test_results_are_kept_and_read_again(run: Run, evaluate: Evaluate) -> None:
    found = evaluate(repeats=2)
    assert results.read(run) == found
    plain = json.loads((run.path / "evaluations.json").read_text())
    assert plain["format"] == 1
    first = plain["results"][0]
    assert (first["metric"], first["name"]) == ("gap", "gap")
    assert first["key"] == found[0].protocol.key
    assert first["value"] == found[0].value
    assert first["protocol"]["fakes"] == 12
    assert found[0].plain() == first


def test_a_result_takes_the_place_of_an_older_one_of_its_protocol(
    run: Run, evaluate: Evaluate
) -> None:
    evaluate(repeats=1)
    again = evaluate("gap", repeats=2, seed=4)
    kept = by_name(results.read(run))
    assert len(results.read(run)) == len(kept) == 4
    assert kept["gap", "gap"] == again[0]
    other = evaluate("gap", samples=5, repeats=1)
    assert [r for r in results.read(run) if r.metric == "gap"] == again + other


def test_results_of_other_steps_stay(run: Run, registry: Registry, evaluate: Evaluate) -> None:
    evaluate("gap", repeats=1)
    ganzoo.resume(run, steps=6, registry=registry)
    evaluate("gap", repeats=1)
    kept = [result.protocol for result in results.read(run) if result.name == "gap"]
    assert [protocol.step for protocol in kept] == [4, 6]
    assert len({protocol.key for protocol in kept}) == 1


@pytest.mark.parametrize(
    "text",
    ["{", '{"format": 1}', '{"format": 1, "results": [{"name": "x"}]}', "[]", '{"format":9}'],
)
def test_a_damaged_file_is_told_before_anything_is_computed(
    run: Run, evaluate: Evaluate, text: str
) -> None:
    path = run.path / "evaluations.json"
    path.write_text(text)
    with pytest.raises(GanzooError, match=r"evaluations.json (is damaged|has format 9)"):
        evaluate("gap")
    assert not metrics.MeanGap.shown
    assert path.read_text() == text


def test_what_is_interrupted_writes_nothing(run: Run, evaluate: Evaluate) -> None:
    evaluate("gap", repeats=1)
    before = (run.path / "evaluations.json").read_bytes()
    registry = with_metrics(gap=metrics.MeanGap, z_breaks=metrics.Breaks)
    with pytest.raises(KeyboardInterrupt):
        evaluate(registry=registry, samples=13)
    assert (run.path / "evaluations.json").read_bytes() == before


def test_where_nothing_can_be_written_the_results_are_given_all_the_same(
    run: Run, evaluate: Evaluate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise GanzooError("No space left") from OSError(28, "No space left on device")

    monkeypatch.setattr(results, "write_whole", full)
    with pytest.warns(UserWarning, match="not saved.*No space left on device"):
        found = evaluate("gap", repeats=1)
    assert found
    assert not (run.path / "evaluations.json").exists()


def test_a_run_gives_its_results(run: Run, evaluate: Evaluate) -> None:
    assert run.results() == []
    found = evaluate("gap")
    assert run.results() == found
