"""A table from the file of a user to a file of generated rows."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from .conftest import Ganzoo, ganzoo_command

NAMES = ["age", "job", "income"]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("table")
    rows = [f"{20 + k},{('clerk', 'nurse')[k % 2]},{1000 + 37 * k}.5" for k in range(40)]
    (folder / "people.csv").write_text("\n".join([",".join(NAMES), *rows]) + "\n")
    ganzoo_command(
        *("train", "ctgan", f"--dataset=table:{folder / 'people.csv'}", "--steps=2"),
        *("--set=batch_size=20", "--set=generator.hidden=[8]", "--set=discriminator.hidden=[8]"),
        *("--device=cpu", f"--out={folder / 'run'}"),
    )
    return folder / "run"


def test_rows_are_written_as_the_table_was(ganzoo: Ganzoo, run: Path) -> None:
    ganzoo("sample", run, "-n7", "--out=rows.csv")
    head, *rows = csv.reader(Path("rows.csv").read_text().splitlines())
    assert head == NAMES
    assert len(rows) == 7
    assert {job for _, job, _ in rows} <= {"clerk", "nurse"}
    assert all(int(age) == float(age) and len(income.split(".")[1]) == 1 for age, _, income in rows)


def test_a_condition_is_given_once(ganzoo: Ganzoo, run: Path) -> None:
    ganzoo("sample", run, "-n2", "--given=job=nurse", "--out=nurses.csv")
    twice = ganzoo("sample", run, "--given=job=nurse", "--given=job=clerk", code=2).output
    assert "--given job is there twice" in twice
    wrong = ganzoo("sample", run, "--given=job=pilot", code=2).output
    assert "no category 'pilot'. Its categories: 'clerk', 'nurse'" in " ".join(wrong.split())
