"""Jobs in processes of their own: what they come to, and what one that dies leaves the others."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from ganzoo.experiments.task import Task
from ganzoo.experiments.workers import Job, Progress, Workers


def perform(task: Task, progress: Progress) -> int:
    """Prints its subject, with the threads that torch would take; it ends as the subject says."""
    progress(0.5, f"half of {task.subject}")
    print(task.subject, os.environ.get("OMP_NUM_THREADS"), "torch" in sys.modules, flush=True)
    if task.subject == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if task.subject == "refused":
        print("Error: It does not fit.", file=sys.stderr)
        return 2
    return 0


def jobs(folder: Path, *subjects: str) -> list[Job]:
    return [
        Job(each, lambda each=each: [Task("train", each, {})] * 2, folder / f"{each}.log")  # type: ignore[misc]
        for each in subjects
    ]


def test_one_that_dies_does_not_hold_up_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    begun: list[str] = []
    work = jobs(tmp_path, "killed", "refused", "good")
    ended = Workers(2, perform).play(work, lambda job: begun.append(job.name))
    troubles = {job.name: trouble for job, trouble in ended}
    assert begun == ["killed", "refused", "good"]
    assert troubles == {
        "killed": f"The process was ended by signal 9. (its output: {tmp_path / 'killed.log'})",
        "refused": f"It does not fit. (its output: {tmp_path / 'refused.log'})",
        "good": "",
    }
    assert (tmp_path / "good.log").read_text() == "good 3 False\n" * 2
    assert (tmp_path / "refused.log").read_text() == "refused 3 False\nError: It does not fit.\n"


def test_the_progress_of_a_job_is_that_of_all_its_tasks(tmp_path: Path) -> None:
    told: list[tuple[str, float, str]] = []
    (work,) = jobs(tmp_path, "good")
    played = Workers(1, perform).play(
        [work],
        lambda job: None,
        lambda job, share, words: told.append((job.name, share, words)),
    )
    assert [error for _, error in played] == [""]
    assert told == [("good", 0.25, "half of good"), ("good", 0.75, "half of good")]
