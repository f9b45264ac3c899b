"""The progress of a sweep: durations, the remaining time, the steps of the running trainings."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console
from rich.progress import Progress

from ganzoo.cli import sweep_progress
from ganzoo.cli.sweep_progress import Shown, StepReports, duration


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "1 s"),
        (61.4, "61 s"),
        (95, "2 min"),
        (89 * 60, "89 min"),
        (125 * 60, "2 h 05 min"),
        (100 * 3600, "100 h 00 min"),
    ],
)
def test_a_duration_in_words(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(sweep_progress.time, "monotonic", lambda: clock.now)
    return clock


def trial(name: str) -> Any:
    return SimpleNamespace(name=name)


def test_the_remaining_time_counts_the_parts_of_running_trainings(clock: SimpleNamespace) -> None:
    console = Console(width=80, force_terminal=False, record=True, highlight=False)
    shown = Shown(Progress(console=console, disable=True), count=4)
    shown.ended(trial("old"), "")
    shown.started(trial("a"))
    clock.now += 30
    shown.advanced(trial("a"), 0.5, "step 10 of 20")
    assert shown._left() == "about 2 min left"  # 2.5 of 3 runs are left, at 60 s a run
    clock.now += 30
    shown.ended(trial("a"), "")
    shown.advanced(trial("a"), 0.9, "a late report")
    shown.started(trial("b"))
    clock.now += 60
    shown.ended(trial("b"), "It does not fit.")
    assert console.export_text().splitlines() == [
        "old: was done (1 of 4)",
        "a: started",
        "a: done in 0:01:00 (2 of 4, about 2 min left)",
        "b: started",
        "b: It does not fit. (3 of 4, about 60 s left)",
    ]


def test_the_steps_of_a_training_are_reported_until_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sweep_progress, "EVERY", 0.001)
    told: list[tuple[float, str]] = []
    reports = StepReports(lambda share, words: told.append((share, words)))
    reports.ganzoo_run_started(steps=2000, current_step=lambda: 1000)
    deadline = time.monotonic() + 10
    while not told and time.monotonic() < deadline:
        time.sleep(0.001)
    reports.ganzoo_run_ended()
    assert told[0] == (0.5, "step 1,000 of 2,000")
    time.sleep(0.05)
    count = len(told)
    time.sleep(0.05)
    assert len(told) == count
