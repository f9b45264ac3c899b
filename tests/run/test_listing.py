"""The runs in a folder: the newest first, damaged ones left out, and no torch."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ganzoo import GanzooError
from ganzoo.evaluation import results
from ganzoo.run import Run, metrics
from ganzoo.run.listing import runs

from ..results import result_of


def made_at(run: Run, created: object) -> Run:
    """The run, as if it had begun at another time."""
    run.config["created"] = created
    run.write_config()
    return run


def test_the_newest_run_comes_first(train: Callable[..., Run], tmp_path: Path) -> None:
    first = made_at(train(steps=2), "2026-03-01T10:00:00Z")
    second = made_at(train(steps=4), "2026-03-02T10:00:00Z")
    found = runs(tmp_path)
    assert [run.path for run in found] == [second.path, first.path]
    assert found[0].date == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert (found[0].recipe, found[0].dataset) == ("toy", "toy")
    assert (found[0].step, found[0].steps) == (4, 4)


def test_the_numbers_are_those_of_the_last_line(train: Callable[..., Run], tmp_path: Path) -> None:
    run = train(steps=6)
    last = run.metrics()[-1]
    assert runs(tmp_path)[0].numbers == {k: v for k, v in last.items() if k != "step"}


def test_the_newest_result_comes_before_the_logged_scalars(
    train: Callable[..., Run], tmp_path: Path
) -> None:
    run = train(steps=2)
    results.keep(run, [result_of("fd", 2.0, step=2)])
    results.keep(run, [result_of("fd", 9.0, step=1)])
    numbers = runs(tmp_path)[0].numbers
    assert next(iter(numbers.items())) == ("fd", 2.0)
    assert "loss_d" in numbers


def test_a_run_without_metrics_has_the_step_of_its_checkpoint(
    train: Callable[..., Run], tmp_path: Path
) -> None:
    train(steps=6).metrics_file.unlink()
    found = runs(tmp_path)[0]
    assert (found.step, found.numbers) == (6, {})


@pytest.mark.parametrize("text", ["{", "[]", '{"recipe": {}}', '{"format": 1}'])
def test_a_damaged_run_is_left_out(train: Callable[..., Run], tmp_path: Path, text: str) -> None:
    good, bad = train(steps=1), train(steps=1)
    (bad.path / "config.json").write_text(text)
    with pytest.warns(UserWarning, match=r"A run is left out: .*run-1"):
        assert [run.path for run in runs(tmp_path)] == [good.path]


@pytest.mark.parametrize("created", [None, 5, "yesterday"])
def test_a_run_without_a_date_is_left_out(
    train: Callable[..., Run], tmp_path: Path, created: object
) -> None:
    made_at(train(steps=1), created)
    with pytest.warns(UserWarning, match=r"config\.json is damaged"):
        assert runs(tmp_path) == []


def test_a_run_with_damaged_results_stays(train: Callable[..., Run], tmp_path: Path) -> None:
    run = train(steps=2)
    (run.path / results.FILE).write_text("{")
    with pytest.warns(UserWarning, match=r"evaluations\.json is damaged"):
        assert "loss_d" in runs(tmp_path)[0].numbers


def test_other_files_and_unfinished_folders_are_no_runs(
    train: Callable[..., Run], tmp_path: Path
) -> None:
    run = train(steps=1)
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "logs").mkdir()
    (tmp_path / ".run-9.x.part").mkdir()
    (tmp_path / ".run-9.x.part" / "config.json").write_text("{")
    assert [found.path for found in runs(tmp_path)] == [run.path]


def test_a_folder_that_does_not_exist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert runs() == []
    with pytest.raises(GanzooError, match=r"There is no folder .*elsewhere"):
        runs(tmp_path / "elsewhere")


def test_the_last_line_of_a_long_or_cut_file(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    lines = "".join(json.dumps({"step": n, "loss_d": n / 2}) + "\n" for n in range(9_000))
    path.write_text(lines + '{"step": 9000, "los')
    assert path.stat().st_size > metrics.END
    assert metrics.last(path) == {"step": 8999, "loss_d": 4499.5}
    assert metrics.last(tmp_path / "none") == {}


def test_it_imports_no_torch(train: Callable[..., Run], tmp_path: Path) -> None:
    results.keep(train(steps=1), [result_of("fd", 2.0, step=1)])
    code = (
        "import sys; from ganzoo.run.listing import runs; "
        f"print(runs({str(tmp_path)!r})[0].numbers['fd'], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["2.0", "False"]
