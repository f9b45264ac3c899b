"""The progress of a training, an evaluation and a sweep: a bar in a notebook, else nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import ganzoo
from ganzoo.notebook import clock as clocks
from ganzoo.notebook import progress
from ganzoo.run import Run, checkpoint

Train = Callable[..., Run]


class Cell:
    """The output of a cell: what each place showed, as (HTML, text)."""

    def __init__(self) -> None:
        self.places: list[list[tuple[str, str]]] = []

    def place(self) -> Any:
        shown: list[tuple[str, str]] = []
        self.places.append(shown)

        class Place:
            def show(self, html: str, text: str) -> None:
                shown.append((html, text))

        return Place()


@pytest.fixture
def cell(monkeypatch: pytest.MonkeyPatch) -> Cell:
    """A notebook's cell, in which a bar changes at every step."""
    found = Cell()
    monkeypatch.setattr(progress, "in_notebook", lambda: True)
    monkeypatch.setattr(progress, "Place", found.place)
    monkeypatch.setattr(progress, "INTERVAL", -1.0)
    return found


def test_a_training_in_a_notebook_has_a_bar_that_moves_at_every_step(
    train: Train, cell: Cell
) -> None:
    train(steps=4, set={"log_every": 4})
    bar, pictures = cell.places
    for step in range(5):
        assert any(f"step {step} of 4" in text for _, text in bar)
    assert "step 4 of 4" in bar[-1][1]
    assert "loss D" in bar[-1][1]
    assert "<progress" in bar[0][0]
    assert [text for _, text in pictures][-1] == "samples at step 4"
    assert "data:image/png" in pictures[0][0]


def test_a_training_that_fails_says_where_it_stopped(train: Train, cell: Cell) -> None:
    with pytest.raises(ganzoo.GanzooError, match="diverged"):
        train(steps=6, set={"loss.nan_after": 1})
    assert "stopped at step" in cell.places[0][-1][1]


def test_a_resumed_training_goes_on_from_its_step(
    train: Train, cell: Cell, registry: ganzoo.Registry
) -> None:
    run = train(steps=2, progress=False)
    assert cell.places == []
    ganzoo.resume(run, steps=4, registry=registry)
    assert "step 2 of 4" in cell.places[0][0][1]
    assert "step 4 of 4" in cell.places[0][-1][1]


def test_a_script_has_no_output_by_default(train: Train, capfd: pytest.CaptureFixture[str]) -> None:
    train(steps=2)
    assert capfd.readouterr().out == ""


def test_a_script_that_asks_for_the_progress_gets_lines(
    train: Train, capfd: pytest.CaptureFixture[str]
) -> None:
    train(steps=2, progress=True)
    assert "step 2/2" in capfd.readouterr().out


def test_the_weights_are_the_same_with_a_bar(train: Train, cell: Cell) -> None:
    shown, quiet = train(steps=4), train(steps=4, progress=False)
    one, other = (checkpoint.read(run.generator)[1]["sha256"] for run in (shown, quiet))
    assert one == other


def test_a_function_is_called_with_the_progress() -> None:
    calls: list[tuple[float, str]] = []
    with progress.reporting(lambda share, task: calls.append((share, task))) as report:
        assert report is not None
        report(0.5, "half")
    assert calls == [(0.5, "half")]


def test_the_bar_of_a_long_task_ends_full(cell: Cell) -> None:
    with progress.reporting(None) as report:
        assert report is not None
        report(0.25, "drawing <samples>")
    (place,) = cell.places
    assert "drawing &lt;samples&gt;" in place[0][0]
    assert place[-1][1].startswith("drawing <samples>: 100 %")


def test_no_bar_where_none_is_wanted(cell: Cell) -> None:
    with progress.reporting(False) as report:
        assert report is None
    assert cell.places == []


def test_several_tasks_are_counted(cell: Cell) -> None:
    with progress.counting("Sweep", 2, None) as ended:
        ended("first: done")
        ended("second: done")
    texts = [text for _, text in cell.places[0]]
    assert texts[0].startswith("Sweep: 0 of 2")
    assert texts[1].startswith("Sweep: 1 of 2, first: done: 50 %")


def test_the_remaining_time(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(clocks.time, "monotonic", lambda: now[0])
    clock = clocks.Clock(start=0.5)
    now[0] = 90.0
    assert clock.words(0.5) == "1:30 elapsed"
    assert clock.words(0.75) == "1:30 elapsed, 1:30 left"
    now[0] = 7200.0
    assert clock.words(1.0) == "2:00:00 elapsed"
