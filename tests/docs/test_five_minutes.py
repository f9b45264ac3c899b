"""The minimal plugin of the tutorial: its files alone are a plugin that works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from .pages import DOCS, Block, blocks

PAGE = DOCS / "plugins" / "tutorial.md"
FILES = [block for block in blocks(PAGE) if block.section == "A minimal plugin" and block.title]
LIMIT = 40  # lines, of all files, the empty ones too


def lines(files: list[Block]) -> int:
    return sum(len(file.text.splitlines()) for file in files)


def test_it_takes_less_than_forty_lines() -> None:
    assert {Path(file.title).name for file in FILES} == {
        "pyproject.toml",
        "__init__.py",
        "losses.py",
    }
    assert lines(FILES) < LIMIT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of that section, in a new folder, installed by pip."""
    folder, target = tmp_path_factory.mktemp("new"), tmp_path_factory.mktemp("installed")
    for file in FILES:
        (folder / file.title).parent.mkdir(parents=True, exist_ok=True)
        (folder / file.title).write_text(file.text, encoding="utf-8")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--target", str(target), str(folder)], check=True)
    return target


def ganzoo(*arguments: str, path: Path, fails: bool = False) -> str:
    """What a real ganzoo process prints, with one more folder of installed packages."""
    paths = os.pathsep.join(filter(None, (str(path), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "ganzoo", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_loss_is_swapped_in_by_name(installed: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    options = ["--dataset", "mnist-5k", "--steps", "2", "--batch-size", "8", "--out", str(run)]
    option = ["--set", "loss.smoothing=0.2"]
    ganzoo("train", "vanilla-mlp", "--loss", "one-sided", *option, *options, path=installed)
    config = json.loads((run / "config.json").read_text())
    assert config["recipe"]["loss"] == {"name": "smoothing:one-sided", "smoothing": 0.2}
    assert config["plugins"]["smoothing"]["distribution"] == "ganzoo-smoothing"


def test_a_word_for_a_number_is_refused_as_the_page_says(installed: Path) -> None:
    wrong = ["--loss", "one-sided", "--set", "loss.smoothing=much", "--dataset", "mnist-5k"]
    said = ganzoo("train", "vanilla-mlp", *wrong, path=installed, fails=True)
    assert "loss.smoothing of 'one-sided' takes a number" in said


def test_it_conforms(installed: Path) -> None:
    assert "0 findings" in ganzoo("check", "smoothing", path=installed)
