"""``ganzoo compare``: a table, a report, JSON, and one sentence for what cannot be."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from ganzoo import Run
from ganzoo.evaluation import results
from ganzoo.evaluation.results import Protocol, Result

from .conftest import Ganzoo
from .test_light import imports_torch
from .tools import config_of, snapshot


def gap(value: float, **changes: object) -> Result:
    protocol = dict.fromkeys(Protocol.__annotations__, "x") | {
        **{"options": {}, "dataset_options": {}, "checksums": {}, "versions": {}, "ema": None},
        **{"reals": 20, "fakes": 12, "repeats": 2, "seed": 0, "step": 20},
    }
    return Result("gap", value, 0.1, True, Protocol(**{**protocol, **changes}))  # type: ignore[arg-type]


@pytest.fixture
def other(run: Path, tmp_path: Path) -> Path:
    """The same, with another seed."""
    path = Path(shutil.copytree(run, tmp_path / "other"))
    (path / "config.json").write_text(json.dumps({**config_of(path), "seed": 1}))
    return path


def test_a_table_and_a_report(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    results.keep(Run.open(run), [gap(1.0)])
    results.keep(Run.open(other), [gap(2.0)])
    before = snapshot(run)
    lines = ganzoo("compare", run, other).stdout.splitlines()
    told = [re.sub(r"0:00:\d\d", "TIME", " ".join(line.split())) for line in lines[:3]]
    assert told == [
        "run recipe differs dataset seed steps time gap ↓",
        "run vanilla-mlp folder 0 20 TIME 1.00 ± 0.10 ★",
        "other vanilla-mlp folder 1 20 TIME 2.00 ± 0.10",
    ]
    assert "1.50 ± 0.50 (n = 2)" in lines[lines.index("Mean ± standard error over seeds") + 2]
    assert lines[-1] == "comparison.html"
    assert Path("comparison.html").read_text().startswith("<!DOCTYPE html>")
    assert snapshot(run) == before


def test_json(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    results.keep(Run.open(run), [gap(1.0)])
    results.keep(Run.open(other), [gap(2.0, fakes=13)])
    result = ganzoo("compare", run, other, "--json", "--out", "r.html")
    found = json.loads(result.stdout)
    assert found["report"] == "r.html"
    assert Path("r.html").is_file()
    assert [each["run"] for each in found["runs"]] == [str(run), str(other)]
    assert [each["results"][0]["value"] for each in found["runs"]] == [1.0, 2.0]
    assert [each["key"] for each in found["columns"]] == [
        gap(0).protocol.key,
        gap(0, fakes=13).protocol.key,
    ]
    assert [mean["n"] for mean in found["seeds"][0]["means"]] == [1, 1]


def test_without_evaluations_it_says_how_to_get_them(
    ganzoo: Ganzoo, run: Path, other: Path
) -> None:
    result = ganzoo("compare", run, other)
    assert "ganzoo evaluate RUN" in result.stdout
    assert "ganzoo evaluate RUN" in Path("comparison.html").read_text()


def test_a_damaged_line_is_a_warning(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    with (run / "metrics.jsonl").open("a") as file:
        file.write("{\n")
    error = ganzoo("compare", run, other).stderr
    assert error.startswith("Warning: Line ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "Missing argument"),
        (("RUN",), 2, "needs two runs or more"),
        (("RUN", "RUN"), 2, "is given 2 times"),
        (("RUN", "none"), 1, "There is no run folder"),
        (("RUN", "."), 1, "is not a run folder"),
        (("RUN", "OTHER", "--out=config.json"), 2, "must end in .html"),
        (("RUN", "OTHER", "--out=no/where.html"), 1, "cannot be written"),
    ],
    ids=str,
)
def test_a_mistake_is_told_in_a_sentence(
    ganzoo: Ganzoo, run: Path, other: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    places = {"RUN": str(run), "OTHER": str(other)}
    result = ganzoo("compare", *(places.get(each, each) for each in arguments), code=code)
    error = result.stderr.splitlines()[-1]
    assert error.startswith("Error: ")
    assert sentence in error
    assert result.stdout == ""
    assert not Path("comparison.html").exists()


def test_damaged_evaluations(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    (other / "evaluations.json").write_text("{")
    assert "is damaged" in ganzoo("compare", run, other, code=1).stderr


def test_it_imports_no_torch(run: Path, other: Path) -> None:
    assert imports_torch("compare", str(run), str(other)) == (False, 0)
