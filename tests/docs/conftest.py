"""What the tests of the docs share: a folder to be in, small trainings, and the built site."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

import ganzoo
from ganzoo import Recipe
from ganzoo.assembly.signature import options_of
from ganzoo.data import mnist5k
from ganzoo.experiments import estimate as sweep_time
from ganzoo.registry.decorator import forget
from ganzoo.run import Run, checkpoint
from ganzoo.training import forecast
from ganzoo.training.train import PROFILED

from ..plugins.small import REGISTRY, shrunk
from .pages import ROOT

RECIPES = {entry.name for entry in REGISTRY.entries("recipe")}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as CI builds it, once for all processes of pytest-xdist: a broken link or a
    missing file is an error."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "site"
    built = Path(f"{folder}.built")
    with FileLock(f"{folder}.lock"):
        if not built.exists():
            command = ["mkdocs", "build", "--strict", "-f", ROOT / "mkdocs.yml", "-d", folder]
            done = subprocess.run([sys.executable, "-m", *command], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout + done.stderr
            built.touch()
    return folder


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The empty folder of somebody who does what a page says. What they train has small networks
    and is cut short and not measured, on the digits that a package ships. The time of a sweep is
    not measured."""
    train, resume, estimate = ganzoo.train, ganzoo.resume, ganzoo.estimate

    def cut_short(recipe: str | Recipe = "vanilla-mlp", **request: Any) -> Run:
        shortest = PROFILED if request.get("profile") else 2
        request["steps"] = min(request.get("steps") or 2, shortest)
        unmeasured = {"evaluate_every": None, "metric": None, "patience": None}
        return train(small(recipe), **on_few(recipe, request) | unmeasured)

    def roughly(recipe: str | Recipe = "vanilla-mlp", **request: Any) -> ganzoo.Estimate:
        return estimate(small(recipe), **on_few(recipe, request))

    def two_more(run: str | Path | Run, **request: Any) -> Run:
        run = run if isinstance(run, Run) else Run.open(run)
        return resume(run, **request | {"steps": (checkpoint.last_step(run) or 0) + 2})

    monkeypatch.setattr(ganzoo, "train", cut_short)
    monkeypatch.setattr(ganzoo, "resume", two_more)
    monkeypatch.setattr(ganzoo, "estimate", roughly)
    monkeypatch.setattr(forecast, "SECONDS", 0.0)
    monkeypatch.setattr(forecast, "PLACES", (0.9,))
    monkeypatch.setattr(sweep_time, "PATIENCE", -1.0)
    monkeypatch.setattr(mnist5k, "_table", _table)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    forget("__main__")


def small(recipe: str | Recipe) -> str | Recipe:
    """A recipe of the zoo with small networks and few samples in its pictures."""
    if not isinstance(recipe, str) or recipe not in RECIPES:
        return recipe
    return shrunk(REGISTRY.recipe(recipe)).replace(samples=16)


def on_few(recipe: str | Recipe, request: dict[str, Any]) -> dict[str, Any]:
    """A request with small batches of the digits that a package ships, or of a recipe's own dataset
    that is made of them."""
    request = {**request, "batch_size": 8, "epochs": None}
    if request.get("dataset"):
        return request
    if isinstance(recipe, str) and recipe in RECIPES:
        own = REGISTRY.get("dataset", REGISTRY.recipe(recipe).dataset.name).load()
        if "of" in options_of(own, "dataset"):
            return {**request, "set": {**(request.get("set") or {}), "dataset.of": "mnist-5k"}}
    return {**request, "dataset": "mnist-5k"}


_table = functools.cache(mnist5k._table)  # it is read for every training
