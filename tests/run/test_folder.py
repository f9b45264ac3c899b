"""The run folder: made new, opened again, and told apart from what is none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ganzoo import GanzooError
from ganzoo.run import Run
from ganzoo.run.files import new_folder

from ..toy import TOY


def test_an_output_folder_that_exists_is_refused_and_left_alone(train, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("all of it")
    with pytest.raises(GanzooError, match=r"mine exists already\. Choose another --out"):
        train(out=out)
    assert [path.name for path in out.rglob("*")] == ["thesis.txt"]


def test_a_run_is_never_written_over(train) -> None:
    run = train(steps=2)
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    with pytest.raises(GanzooError, match="ganzoo resume"):
        train(out=run.path)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_an_output_path_through_a_file_is_refused(train, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(GanzooError, match="cannot be written"):
        train(out=tmp_path / "file" / "run")


def test_the_configuration_of_a_run(train) -> None:
    run = train(steps=2, seed=3, loss="toy", command=["ganzoo", "train", "toy"])
    config = json.loads((run.path / "config.json").read_text())
    assert config == Run.open(run.path).config
    assert config["recipe"]["steps"] == 2
    assert config["recipe"]["generator"] == {"name": "toy:toy"}
    assert (config["seed"], config["device"], config["precision"]) == (3, "cpu", "fp32")
    assert config["dataset"]["checksum"] == "toy"
    assert config["dataset"]["count"] == 40
    assert config["dataset"]["shape"] == [1, 4, 4]
    assert config["dataset"]["name"] == "toy"
    assert {*config["plugins"]} == {"ganzoo", "toy"}
    assert {"python", "ganzoo", "torch", "numpy"} <= {*config["libraries"]}
    assert config["command"] == ["ganzoo", "train", "toy"]


def test_the_card_says_how_to_draw_samples_and_what_it_was_made_from(train) -> None:
    text = (train(steps=2, seed=3, set={"ema": 0.5}).path / "README.md").read_text()
    assert "\n# toy on toy\n" in text
    for part in ("2 of 2 steps", "seed 3", "SHA-256 `toy`", "ganzoo sample", "| loss_d |",
                 "samples/step-000002.png", TOY.paper):  # fmt: skip
        assert part in text


def test_a_folder_that_is_no_run_says_so(tmp_path: Path) -> None:
    (tmp_path / "config.txt").write_text("")
    with pytest.raises(GanzooError, match=r"is not a run folder: it has no config\.json"):
        Run.open(tmp_path)


def test_a_folder_of_runs_names_one(train, tmp_path: Path) -> None:
    run = train(steps=1)
    with pytest.raises(GanzooError, match=f"it holds runs, such as {run.path}"):
        Run.open(tmp_path)


def test_a_run_that_is_not_there_names_its_neighbours(train, tmp_path: Path) -> None:
    with pytest.raises(GanzooError, match=r"no run folder .*nowhere\. `ganzoo train` makes runs"):
        Run.open(tmp_path / "nowhere")
    run = train(steps=1)
    with pytest.raises(GanzooError, match=f"Did you mean {run.path}"):
        Run.open(tmp_path / "run-9")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "it has no 'recipe'"),
        ('{"format": 2}', "it has no 'recipe'"),
        ('{"format": 1, "recipe": {}, "libraries": {"ganzoo": "0.1"}}', "format 1.*made it: 0.1"),
        ('{"recipe": {}}', "it has no 'seed'"),
        ("\x00\xff", "cannot be read"),
    ],
)
def test_a_config_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(GanzooError, match=message):
        Run.open(tmp_path)


def test_metrics_leave_out_a_last_line_cut_short(train) -> None:
    run = train(steps=6)
    run.metrics_file.write_bytes(run.metrics_file.read_bytes()[:-5])
    assert [line["step"] for line in run.metrics()] == [2, 4]


def test_records_after_a_step_are_dropped_and_nothing_else(train) -> None:
    run = train(steps=6)
    for name in ("step-best.png", "mine.png"):
        (run.samples / name).write_bytes(b"mine")
    run.forget_after(3)
    assert [line["step"] for line in run.metrics()] == [2]
    assert sorted(path.name for path in run.samples.iterdir()) == [
        *("mine.png", *(f"step-00000{step}.png" for step in range(4)), "step-best.png")
    ]


def test_a_run_without_metrics_has_none(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", {"recipe": {}})
    assert run.metrics() == []
    assert run.results() == []


def test_runs_that_start_in_the_same_second_get_folders_of_their_own(tmp_path: Path) -> None:
    config = {"recipe": {"name": "toy"}, "dataset": {"name": "mnist"}}
    runs = [Run.create_in(tmp_path / "runs", config) for _ in range(3)]
    assert len({run.path for run in runs}) == 3
    assert all(re.match(r"toy-mnist-\d{8}-\d{6}", run.path.name) for run in runs)


def test_a_folder_that_fails_to_fill_takes_its_new_parents_with_it(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    with pytest.raises(ZeroDivisionError), new_folder(tmp_path / "kept" / "a" / "b", ""):
        raise ZeroDivisionError
    assert [path.name for path in tmp_path.rglob("*")] == ["kept"]


@pytest.mark.parametrize("missing", ["recipe", "seed", "plugins", "dataset"])
def test_a_configuration_that_lacks_something_says_what(tmp_path: Path, missing: str) -> None:
    whole = {key: {} for key in ("recipe", "seed", "device", "precision", "dataset", "plugins")}
    run = Run.create(tmp_path / "run", {key: v for key, v in whole.items() if key != missing})
    with pytest.raises(GanzooError, match=f"not the configuration of a run: it has no '{missing}'"):
        Run.open(run.path)
