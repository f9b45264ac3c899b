"""What the tests of the docs share: a folder to be in, small trainings, and the built site."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ganzoo
from ganzoo.data import mnist5k
from ganzoo.registry.decorator import forget
from ganzoo.run import Run, checkpoint
from ganzoo.training.train import PROFILED

from .pages import ROOT


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as CI builds it: a broken link or a missing file is an error."""
    folder = tmp_path_factory.mktemp("site")
    command = ["mkdocs", "build", "--strict", "-f", ROOT / "mkdocs.yml", "-d", folder]
    done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder of somebody who does what a page says. What they train is cut short and not
    measured, on the digits that a package ships."""
    train, resume = ganzoo.train, ganzoo.resume

    def cut_short(recipe: str | ganzoo.Recipe = "vanilla-mlp", **request: Any) -> Run:
        shortest = PROFILED if request.get("profile") else 2
        request["steps"] = min(request.get("steps") or 2, shortest)
        request["batch_size"] = 8
        request["dataset"] = request.get("dataset") or "mnist-5k"
        unmeasured = {"epochs": None, "evaluate_every": None, "metric": None, "patience": None}
        return train(recipe, **request | unmeasured)

    def two_more(run: str | Path | Run, **request: Any) -> Run:
        run = run if isinstance(run, Run) else Run.open(run)
        return resume(run, **request | {"steps": (checkpoint.last_step(run) or 0) + 2})

    monkeypatch.setattr(ganzoo, "train", cut_short)
    monkeypatch.setattr(ganzoo, "resume", two_more)
    monkeypatch.setattr(mnist5k, "_table", _table)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget("__main__")


_table = functools.cache(mnist5k._table)  # it is read for every training
