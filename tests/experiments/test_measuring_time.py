"""The time of an evaluation, estimated from few samples."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import torch

from ganzoo import Data, Features, Metric, Recipe
from ganzoo.cli.sweep_progress import in_words
from ganzoo.evaluation.selection import SelectedMetric
from ganzoo.experiments.estimate import SweepTime
from ganzoo.experiments.feasibility import Feasibility
from ganzoo.experiments.measuring_time import MeasuringTime
from ganzoo.experiments.metric_time import of_size
from ganzoo.experiments.stand_in import StandIn
from ganzoo.rng import seeded
from ganzoo.training.request import Request

from ..evaluation.metrics import with_metrics
from ..toy import toy_recipe

COUNT = 10_000  # fakes


class Slow(Metric):
    """Takes ten microseconds for each fake."""

    lower_is_better = {"slow": True}  # noqa: RUF012
    split = "train"

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        time.sleep(1e-5 * len(fake))
        return {"slow": 0.0}


class OfFeatures(Metric):
    """Reads the features of the fakes and of the real samples."""

    lower_is_better = {"mean": True}  # noqa: RUF012

    def __init__(self, features: Features) -> None:
        self.features = features

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        one, other = (torch.cat([*self.features.vectors(data)]).mean() for data in (real, fake))
        return {"mean": (one - other).abs().item()}


def estimate(repeats: int, dataset: str = "images", **metrics: type) -> MeasuringTime:
    registry = with_metrics(**metrics)
    fits = Feasibility(registry, Request("cpu", seed=0), [*metrics], COUNT)
    return MeasuringTime(fits, registry, repeats)
