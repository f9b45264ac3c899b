"""A comparison as CSV, Markdown and LaTeX."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from ganzoo.evaluation.report.compare import compare
from ganzoo.evaluation.report.export import as_csv, as_latex, as_markdown, latex

from ..evaluated import Make, make_sweep, result


def test_csv_has_a_line_for_each_run_with_all_digits(make: Make) -> None:
    value = 1 / 3
    runs = [
        make("a", result(value), result(0.5, "recall", lower=False, stderr=None)),
        make("b", result(2.0, step=10), seed=1, set={"recipe.optimizer.d.lr": 1e-05}),
    ]
    one, other = csv.DictReader(io.StringIO(as_csv(compare(runs))))
    assert [float(one["fid"]), float(one["fid stderr"])] == [value, 0.5]
    assert [one["recall"], one["recall stderr"], other["recall"]] == ["0.5", "", ""]
    assert [one["fid step"], other["fid step"]] == ["20", "10"]
    assert [one["optimizer.d.lr"], other["optimizer.d.lr"]] == ["0.1", "1e-05"]
    assert [one["seed"], one["steps"], one["seconds"]] == ["0", "20", "40.0"]


def test_csv_quotes_commas(make: Make) -> None:
    runs = [make("a,b", result(1.0), result(2.0, fakes=5000)), make('c"d', seed=1)]
    one, other = csv.DictReader(io.StringIO(as_csv(compare(runs))))
    assert (one["run"], other["run"]) == ("a,b", 'c"d')
    assert one["fid (n 5,000)"] == "2.0"


def test_markdown_has_a_row_for_each_setting_and_bold_for_the_best(tmp_path: Path) -> None:
    lines = as_markdown(compare(make_sweep(tmp_path))).splitlines()
    assert lines[0].startswith("| loss | prior | seeds | time | fd (n 50) ↓ | fd (n 20) ↓ |")
    assert len(lines) == 2 + 4
    assert {line.count("|") for line in lines} == {lines[0].count("|")}
    assert "| **2.600 ± 0.058** |" in lines[4]


def test_markdown_escapes_bars(make: Make) -> None:
    (row,) = as_markdown(compare([make("a|b", result(1.0))])).splitlines()[2:]
    assert row.startswith(r"| a\|b |")


def test_latex_is_a_table_of_booktabs(tmp_path: Path) -> None:
    lines = as_latex(compare(make_sweep(tmp_path))).splitlines()
    assert lines[:3] == [
        r"% needs \usepackage{booktabs}",
        r"\begin{tabular}{llllrrrrrrrr}",
        r"\toprule",
    ]
    assert lines[-2:] == [r"\bottomrule", r"\end{tabular}"]
    rows = [line for line in lines if line.endswith(r"\\")]
    assert len(rows) == 1 + 4
    assert {row.count("&") for row in rows} == {11}
    assert r"kid\_std" in rows[0]
    assert r"\textbf{2.600 $\pm$ 0.058}" in rows[3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a_b & 50%", r"a\_b \& 50\%"),
        (r"{\x}^~#$", r"\{\textbackslash{}x\}\textasciicircum{}\textasciitilde{}\#\$"),
        ("fd ↓", r"fd $\downarrow$"),
        ("-0.01 ± 0.02", r"$-$0.01 $\pm$ 0.02"),
        ("-", "-"),
        ("<a|b>", r"\textless{}a\textbar{}b\textgreater{}"),
    ],
)
def test_latex_escapes_its_own_characters(text: str, expected: str) -> None:
    assert latex(text) == expected
