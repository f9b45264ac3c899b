"""A run on split data, two metrics that fit it, and a short way to evaluate it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import ganzoo
from ganzoo import Registry, Result, Run
from ganzoo.testing.dummies import StandInFeatures

from ..evaluated import Make, make_run
from . import metrics
from .metrics import Evaluate, with_metrics


@pytest.fixture
def registry() -> Registry:
    """The toy, and metrics of which two need no more than pixels."""
    return with_metrics(gap=metrics.MeanGap, memory=metrics.Memory)


@pytest.fixture(autouse=True)
def _nothing_shown() -> None:
    metrics.MeanGap.shown.clear()


@pytest.fixture
def run(train) -> Run:
    return train(steps=4, dataset="split")


@pytest.fixture
def evaluate(run: Run, registry: Registry) -> Evaluate:
    """``ganzoo.evaluate`` of the run, on few samples."""

    def call(*names: str, **request: Any) -> list[Result]:
        defaults = {"samples": 12, "registry": registry, "device": "cpu"}
        features = {"features": StandInFeatures()}
        return ganzoo.evaluate(run, names or None, **{**defaults, **features, **request})

    return call


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Makes a run's folder in ``tmp_path`` by ``make_run``."""
    return lambda name, *found, **settings: make_run(tmp_path / name, *found, **settings)
