"""What the page says of a run, from its files."""

from __future__ import annotations

import json
import os
import shutil
import time
from itertools import pairwise
from pathlib import Path

import pytest

from ganzoo.run import Run, symptoms
from ganzoo.run.symptoms import Symptom
from ganzoo.watch.glance import glance
from ganzoo.watch.page import AGE, LINES, Page, _some

from ..evaluated import make_run
from .conftest import log


def age(run: Path, seconds: float) -> None:
    """Make all files of the run older."""
    then = time.time() - seconds
    for path in (run, *run.rglob("*")):
        os.utime(path, (then, then))


def test_a_run_that_has_just_started(run: Path) -> None:
    seen = glance(run)
    assert seen.progress == "Started; nothing is logged yet. It has 100 steps."
    assert (seen.share, seen.picture, seen.numbers) == (0.0, None, {})


def test_a_run_in_training_has_its_time_left(run: Path) -> None:
    log(run, 10, 40, speed=0.5)
    seen = glance(run)
    assert seen.progress == "Step 40 of 100, about 2:00 left."
    assert (seen.name, seen.share, seen.picture) == ("one", 0.4, 40)
    assert seen.numbers["loss D"] == "0.025"


def test_a_picture_that_is_newer_than_the_log_counts(run: Path) -> None:
    log(run, 10, 40)
    shutil.copy(run / "samples" / "step-000040.png", run / "samples" / "step-000050.png")
    assert glance(run).progress == "Step 50 of 100, about 0:25 left."


def test_a_run_that_has_ended(run: Path) -> None:
    log(run, 50, 100)
    age(run, 1e6)
    assert glance(run).progress == "Ended: all 100 steps, 0:50 of training."


def test_a_run_that_was_stopped_says_how_to_go_on(run: Path) -> None:
    log(run, 10, 40)
    age(run, 300)
    assert "stopped at step 40 of 100: nothing was written for 5:00" in glance(run).progress
    assert "ganzoo resume" in glance(run).progress


def test_a_slow_run_is_not_taken_for_a_stopped_one(run: Path) -> None:
    log(run, 10, 40, speed=0.1)  # a log each 100 seconds
    age(run, 300)
    assert glance(run).progress.startswith("Step 40 of 100")


def test_symptoms_are_told(run: Path) -> None:
    symptoms.add(run / "symptoms.jsonl", Symptom("alike", 1200, "All alike."))
    assert glance(run).symptoms == ["Step 1,200: All alike."]


@pytest.mark.parametrize("damage", ["gone", "no json", "no steps"])
def test_a_run_that_cannot_be_read_is_told(run: Path, damage: str) -> None:
    if damage == "gone":
        shutil.rmtree(run)
    elif damage == "no json":
        (run / "config.json").write_text("{")
    else:
        config = json.loads((run / "config.json").read_text())
        del config["recipe"]["steps"]
        (run / "config.json").write_text(json.dumps(config))
    assert glance(run).problem
    assert str(run) in Page([run]).parts()["runs"]


def test_text_from_a_run_is_no_html(run: Path) -> None:
    symptoms.add(run / "symptoms.jsonl", Symptom("alike", 1, "<script>alert(1)</script>"))
    with (run / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({"step": 3, "<b>loss": 1.0}) + "\n")
    page = Page([run]).whole("word")
    assert "&lt;script&gt;alert(1)" in page
    assert "<b>loss" not in page
    assert page.count("<script") == 1


def test_the_name_of_a_folder_is_no_html(run: Path) -> None:
    named = run.rename(run.parent / "a<b>c")
    page = Page([named]).whole("word")
    assert "<b>" not in page
    assert "<title>0 % a&lt;b&gt;c - ganzoo watch</title>" in page


def test_a_link_in_the_folder_of_a_run_is_not_followed(run: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    (run / "samples" / "step-000001.png").symlink_to(tmp_path / "secret")
    assert Page([run]).picture(0, 1) is None
    shutil.rmtree(run / "samples")
    (tmp_path / "step-000001.png").write_text("secret")
    (run / "samples").symlink_to(tmp_path)
    assert Page([run]).picture(0, 1) is None


def test_curves_are_drawn_anew_after_a_while_and_a_change(run: Path) -> None:
    now = 0.0
    log(run, 10)
    page = Page([run], clock=lambda: now)
    first = page.parts()["curves"]
    assert "<svg" in first
    log(run, 20, 30)
    assert page.parts()["curves"] == first  # too early
    now = AGE
    second = page.parts()["curves"]
    assert second != first
    now = 3 * AGE
    assert page.parts()["curves"] is second  # nothing has changed


def test_several_runs_have_a_legend_and_the_least_share_in_the_title(
    run: Path, tmp_path: Path
) -> None:
    other = make_run(
        tmp_path / "runs" / "other", set={"recipe.steps": 100, "recipe.loss.name": "mine:hinge"}
    )
    log(run, 50)
    parts = Page([run, other]).parts()
    assert parts["title"].startswith("20 % one, other")  # of steps 50 and 20
    assert parts["runs"].count("<section") == 2
    legend = parts["curves"].partition('<p class="legend">')[2].partition("</p>")[0]
    assert ">one</span>" in legend
    assert ">other</span>" in legend


def test_a_run_that_is_gone_does_not_hide_the_others(run: Path, tmp_path: Path) -> None:
    log(run, 50)
    assert "<svg" in Page([tmp_path / "gone", run]).parts()["curves"]


def test_long_logs_are_thinned_to_the_last_line() -> None:
    lines = [{"step": float(step)} for step in range(3 * LINES + 7)]
    some = _some(lines)
    assert len(some) <= LINES
    assert some[-1] == lines[-1]
    assert {b["step"] - a["step"] for a, b in pairwise(some)} == {4.0}
    assert _some(lines[:3]) == lines[:3]
    assert _some([]) == []


def test_a_picture_is_given_after_a_newer_one_has_come(run: Path) -> None:
    log(run, 10, 20)
    page = Page([run])
    for step in (10, 20):
        name = f"step-{step:06d}.png"
        assert page.picture(0, step) == Run.open(run).samples.joinpath(name).read_bytes()
    assert page.picture(0, 15) is None
    assert page.picture(1, 20) is None
