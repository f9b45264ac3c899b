"""``ganzoo race``: seconds to a value of a metric."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from ganzoo.experiments import race
from ganzoo.experiments.race import Heat, Lap, Standing, Stopwatch, standings
from ganzoo.registry import Registry

from .conftest import Ganzoo

SHORT = ["race", "mixture", "--steps", "6", "--checks", "3", "--seeds", "2", "-n", "50"]
METRIC = ["--metric", "modes.high_quality", "--set", "batch_size=8"]


def test_the_record_has_each_measurement_and_what_it_takes_to_repeat_them(ganzoo: Ganzoo) -> None:
    said = ganzoo(*SHORT, *METRIC, "--to", "0", "--to", "2", "--out", "r")
    assert "modes.high_quality 0: " in said.stdout
    assert "reached with 2 of 2 seeds" in said.stdout
    assert "modes.high_quality 2: not reached with any of 2 seeds" in said.stdout
    assert said.stderr.count("seed 1  step 6") == 1
    record = json.loads(Path("r/record.json").read_text())
    assert [[lap["step"] for lap in heat["laps"]] for heat in record["heats"]] == [[2, 4, 6]] * 2
    for heat in record["heats"]:
        seconds = [lap["seconds"] for lap in heat["laps"]]
        assert seconds == sorted(seconds)
        assert seconds[0] > 0
    assert [each["reached"] for each in record["standings"]] == [2, 0]
    assert record["recipe"]["name"] == "mixture"
    assert record["machine"]["cores"] > 0
    assert record["command"][0] == "ganzoo"


@pytest.mark.parametrize("length", [["--steps", "4"], ["--set", "steps=4"]])
def test_the_measurements_are_spread_over_the_length_of_the_training(
    ganzoo: Ganzoo, length: list[str]
) -> None:
    short = ["race", "mixture", "--checks=2", "--seeds=1", "-n50", *METRIC]
    ganzoo(*short, *length, "--out", "r")
    record = json.loads(Path("r/record.json").read_text())
    assert [lap["step"] for lap in record["heats"][0]["laps"]] == [2, 4]


def test_the_time_of_the_measurements_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([100.0, 107.0, 119.0])  # at the start, and after each of two measurements
    monkeypatch.setattr(race, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    laps: list[Lap] = []
    watch = Stopwatch(Registry.discover(), lambda lap, name: laps.append(lap))
    watch.ganzoo_run_started(SimpleNamespace(config={"measuring": {"metric": "fd.fd"}}))
    watch.ganzoo_measured(step=10, values={"fd": 9.0}, seconds=4.0)
    watch.ganzoo_measured(step=20, values={"fd": 8.0}, seconds=5.0)
    assert laps == [Lap(10, 3.0, 9.0), Lap(20, 10.0, 8.0)]


def test_a_folder_of_an_earlier_race_is_not_touched(ganzoo: Ganzoo) -> None:
    Path("r/seed-1").mkdir(parents=True)
    said = ganzoo(*SHORT, *METRIC, "--out", "r", code=2)
    assert "r/seed-1 exists already. Choose another --out." in said.stderr.replace("\n", " ")
    assert not Path("r/seed-0").exists()


def test_a_number_that_the_metric_does_not_give(ganzoo: Ganzoo) -> None:
    said = ganzoo(*SHORT, "--metric", "modes.mode", "--out", "r", code=2)
    assert "Did you mean 'modes'?" in said.stderr
    assert not Path("r").exists()


def test_a_table_is_ranked_by_the_distance_of_its_columns(ganzoo: Ganzoo) -> None:
    small = ["--set", "dataset.count=600", "--set", "batch_size=20"]
    said = ganzoo(
        *("race", "ctgan", "--steps", "2", "--checks", "1", "--seeds", "1", "-n", "100"),
        *("--to", "1", "--out", "r", *small),
    )
    assert "table-columns.column_distance 1: " in said.stdout
    assert json.loads(Path("r/record.json").read_text())["metric"] == (
        "table-columns.column_distance"
    )
    assert "column_distance" in ganzoo("runs", "r").stdout
    assert "fd" not in ganzoo("runs", "r").stdout


def test_the_first_measurement_that_is_good_enough_counts() -> None:
    heats = [
        Heat(0, (Lap(1, 10.0, 5.0), Lap(2, 20.0, 3.0), Lap(3, 30.0, 3.5))),
        Heat(1, (Lap(1, 12.0, 4.0), Lap(2, 24.0, 2.0))),
    ]
    assert standings(heats, [4.0, 2.0, 1.0], lower=True) == [
        Standing(4.0, 16.0, 4.0, 2, 2),
        Standing(2.0, 24.0, None, 1, 2),
        Standing(1.0, None, None, 0, 2),
    ]
    assert standings(heats, [5.0], lower=False)[0].reached == 1
