"""``ganzoo compare``, ``ganzoo report``: tables, files, JSON, and a sentence for each mistake."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from ganzoo import Run
from ganzoo.evaluation import results
from ganzoo.evaluation.results import Result

from ..evaluated import make_run, make_sweep, result
from .conftest import Ganzoo
from .terminal import on_terminal
from .test_light import imports_torch
from .tools import config_of, snapshot


def gap(value: float, fakes: int = 12) -> Result:
    return result(value, "gap", stderr=0.1, fakes=fakes)


@pytest.fixture
def other(run: Path, tmp_path: Path) -> Path:
    """The same run with another seed."""
    path = Path(shutil.copytree(run, tmp_path / "other"))
    (path / "config.json").write_text(json.dumps({**config_of(path), "seed": 1}))
    return path


def test_in_a_pipe_a_run_is_a_line(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    results.keep(Run.open(run), [gap(1.0)])
    results.keep(Run.open(other), [gap(2.0)])
    before = snapshot(run)
    lines = ganzoo("compare", run, other).stdout.splitlines()
    shown = [re.sub(r"0:00:\d\d", "TIME", " ".join(line.split())) for line in lines[:3]]
    assert shown == [
        "run recipe differs dataset seed steps time gap ↓",
        "run vanilla-mlp images 0 20 TIME 1.00 ± 0.10",
        "other vanilla-mlp images 1 20 TIME 2.00 ± 0.10",
    ]
    assert "1.50 ± 0.50" in lines[lines.index("Mean ± standard error over seeds") + 2]
    assert snapshot(run) == before
    assert not [*Path().iterdir()]  # no file is written unless it is asked for


def test_in_a_pipe_no_line_is_folded(ganzoo: Ganzoo, tmp_path: Path) -> None:
    lines = ganzoo("compare", *make_sweep(tmp_path)).stdout.splitlines()
    assert len(max(lines, key=len)) > 150
    assert [line.split()[0].rpartition("=")[2] for line in lines[1:13]] == ["0", "1", "2"] * 4
    assert all("missing_classes" in line for line in lines if line.startswith(("run ", "loss ")))


def test_on_a_narrow_terminal_no_word_is_broken(tmp_path: Path) -> None:
    runs = [
        make_run(tmp_path / f"a-run-with-a-long-name-{n}", result(n), set={"recipe.name": name})
        for n, name in enumerate(("averaged-perceptrons", "residual-networks", "convolutions"))
    ]
    text = on_terminal(60, "compare", *runs)
    assert max(map(len, text.splitlines())) <= 60
    for word in ("averaged-perceptrons", "residual-networks", "convolutions", "Several", "fid"):
        assert word in text


def test_json(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    results.keep(Run.open(run), [gap(1.0)])
    results.keep(Run.open(other), [gap(2.0, fakes=13)])
    printed = ganzoo("compare", run, other, "--json", "--out", "r.html").stdout
    found = json.loads(printed)
    assert found["report"] == "r.html"
    assert Path("r.html").is_file()
    assert [each["run"] for each in found["runs"]] == [str(run), str(other)]
    assert [each["results"][0]["value"] for each in found["runs"]] == [1.0, 2.0]
    assert [each["label"] for each in found["columns"]] == ["gap (n 13)", "gap (n 12)"]
    assert {each["key"] for each in found["columns"]} == {
        gap(0).protocol.key,
        gap(0, fakes=13).protocol.key,
    }
    assert [mean["n"] for mean in found["seeds"][0]["means"]] == [1, 1]


def test_without_evaluations_it_names_the_command_for_them(
    ganzoo: Ganzoo, run: Path, other: Path
) -> None:
    assert "ganzoo evaluate RUN" in ganzoo("compare", run, other).stdout
    assert "ganzoo evaluate RUN" in on_terminal(80, "compare", run, other)


def test_a_damaged_line_is_a_warning(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    with (run / "metrics.jsonl").open("a") as file:
        file.write("{\n")
    error = ganzoo("compare", run, other).stderr
    assert error.startswith("Warning: Line ")
    assert error.count("\n") == 1


# -- formats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("format", "file", "beginning"),
    [
        ("csv", "t.csv", "run,recipe,dataset,seed,steps,seconds,loss,prior,"),
        ("md", "t.md", "| loss | prior | seeds |"),
        ("latex", "t.tex", "% needs \\usepackage{booktabs}"),
    ],
)
def test_a_format_is_printed_or_written_by_the_suffix(
    ganzoo: Ganzoo, tmp_path: Path, format: str, file: str, beginning: str
) -> None:
    runs = make_sweep(tmp_path)
    printed = ganzoo("compare", *runs, "--format", format).stdout
    assert printed.startswith(beginning)
    assert ganzoo("compare", *runs, "--out", file).stdout.splitlines()[-1] == file
    assert Path(file).read_text(encoding="utf-8") == printed
    ganzoo("compare", *runs, "--format", format, "--out", "t.txt")
    assert Path("t.txt").read_text(encoding="utf-8") == printed


def test_csv_can_be_read(ganzoo: Ganzoo, tmp_path: Path) -> None:
    lines = ganzoo("compare", *make_sweep(tmp_path), "--format=csv").stdout.splitlines()
    rows = [*csv.DictReader(lines)]
    assert len(rows) == 12
    assert [float(row["fd (n 50)"]) for row in rows[:3]] == [5.5, 5.6, 5.7]


# -- report ----------------------------------------------------------------------------------------


def test_a_report_of_one_run_and_of_several(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    assert ganzoo("report", run).stdout == "report.html\n"
    assert Path("report.html").read_text().startswith("<!DOCTYPE html>")
    assert json.loads(ganzoo("report", run, other, "--out=r.htm", "--json").stdout) == {
        "report": "r.htm"
    }
    assert "<title>vanilla-mlp on images" in Path("r.htm").read_text()


# -- mistakes --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("compare",), 2, "Missing argument"),
        (("compare", "RUN"), 2, "needs two runs or more. For one run: ganzoo report"),
        (("compare", "RUN", "RUN"), 2, "is given 2 times"),
        (("compare", "RUN", "none"), 1, "There is no run folder"),
        (("compare", "RUN", "."), 1, "is not a run folder"),
        (("compare", "RUN", "OTHER", "--out=config.json"), 2, "the suffix gives the format"),
        (("compare", "RUN", "OTHER", "--out=t"), 2, ".csv, .md, .tex or .html"),
        (("compare", "RUN", "OTHER", "--out=t.csv", "--format=md"), 2, "a suffix of csv"),
        (("compare", "RUN", "OTHER", "--out=t.html", "--format=md"), 2, "a suffix of html"),
        (("compare", "RUN", "OTHER", "--format=xls"), 2, "'xls' is not one of"),
        (("compare", "RUN", "OTHER", "--format=md", "--json"), 2, "name two formats"),
        (("compare", "RUN", "OTHER", "--out=no/where.html"), 1, "cannot be written"),
        (("compare", "RUN", "OTHER", "--out=no/where.csv"), 1, "cannot be written"),
        (("report",), 2, "Missing argument"),
        (("report", "RUN", "--out=r.csv"), 2, "ends in .html. For a table: ganzoo compare"),
        (("report", "RUN", "RUN"), 2, "is given 2 times"),
        (("report", "none"), 1, "There is no run folder"),
    ],
    ids=str,
)
def test_a_mistake_is_answered_with_a_sentence(
    ganzoo: Ganzoo, run: Path, other: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    places = {"RUN": str(run), "OTHER": str(other)}
    answer = ganzoo(*(places.get(each, each) for each in arguments), code=code)
    error = answer.stderr.splitlines()[-1]
    assert error.startswith("Error: ")
    assert sentence in error
    assert answer.stdout == ""
    assert not [*Path().iterdir()]


def test_damaged_evaluations(ganzoo: Ganzoo, run: Path, other: Path) -> None:
    (other / "evaluations.json").write_text("{")
    assert "is damaged" in ganzoo("compare", run, other, code=1).stderr


@pytest.mark.parametrize("command", ["compare", "report"])
def test_it_imports_no_torch(run: Path, other: Path, command: str) -> None:
    assert imports_torch(command, str(run), str(other)) == (False, 0)
