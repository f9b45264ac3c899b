"""``ganzoo train --evaluate-every``, and the best generator in the other commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Ganzoo

MEASURED = [
    *("train", "mixture", "--steps=8", "--set=batch_size=8", "--device=cpu"),
    *("--evaluate-every=2", "--metric=modes.high_quality", "--evaluate-samples=50"),
]


@pytest.fixture
def measured(ganzoo: Ganzoo) -> Path:
    ganzoo(*MEASURED, "--out=measured")
    return Path("measured")


def test_the_training_says_which_generator_is_the_best(ganzoo: Ganzoo) -> None:
    said = ganzoo(*MEASURED, "--out=r").stdout
    assert "The best high_quality: " in said
    assert "ganzoo sample r --weights best" in said
    line = next(line for line in said.splitlines() if line.startswith("step 4/8"))
    assert "high_quality" in line


def test_patience_ends_the_training(ganzoo: Ganzoo) -> None:
    said = ganzoo(*MEASURED, "--steps=400", "--patience=2", "--out=r", "--set=optimizer.g.lr=0")
    assert "Stopped at step 6 of 400: high_quality did not improve" in " ".join(said.stdout.split())
    assert "(of 400" not in said.stdout


def test_the_best_generator_is_drawn_and_evaluated(ganzoo: Ganzoo, measured: Path) -> None:
    best = json.loads(
        ganzoo(
            "evaluate",
            measured,
            "--weights=best",
            "--metric=modes",
            "-n50",
            "--repeats=1",
            "--json",
        ).stdout
    )
    curve = [json.loads(line) for line in (measured / "metrics.jsonl").read_text().splitlines()]
    values = {line["step"]: line["high_quality"] for line in curve}
    assert best["step"] == min(step for step in values if values[step] == max(values.values()))
    for command in ("sample", "interpolate"):
        path = Path(ganzoo(command, measured, "--weights=best").stdout.strip())
        assert path.name == f"{command}-best-seed0.png"
        assert path.is_file()


def test_a_resumed_training_is_measured_too(ganzoo: Ganzoo, measured: Path) -> None:
    ganzoo("resume", measured, "--steps=12")
    lines = [json.loads(line) for line in (measured / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "high_quality" in line] == [2, 4, 6, 8, 10, 12]


def test_a_dry_run_takes_the_same_options(ganzoo: Ganzoo) -> None:
    ganzoo(*MEASURED, "--patience=2", "--dry-run")
