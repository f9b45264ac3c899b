"""Warnings of a training that does not go well: D is always right, or all samples are alike."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import torch
from torch import Tensor

from ganzoo.engine.engine import Engine
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.types import Data, Spec, scale

ALWAYS_RIGHT = 0.95  # D's accuracy
PATIENCE = 300  # steps in which D has been right so often
ALIKE = 0.1  # the spread of the samples, as a share of that of the data
LEARNING = 2000  # steps in which samples may be alike, because G has only begun to learn
ROWS = 512  # samples of the data whose spread is measured


class Symptoms:
    """An observer that warns of each symptom once, with settings to try."""

    def __init__(self, engine: Engine) -> None:
        self._data_spread = spread(_rows(engine.data, engine.game.spec))
        self._since = 0  # the step since which D has always been right
        self._warned: set[str] = set()

    @hookimpl
    def ganzoo_run_started(self, step: int) -> None:
        self._since = step

    @hookimpl
    def ganzoo_logged(self, step: int, scalars: Mapping[str, float]) -> None:
        if scalars.get("d_accuracy", 0.0) < ALWAYS_RIGHT:
            self._since = step
        elif step - self._since >= PATIENCE:
            self._warn(
                "accuracy",
                f"D has been right for {100 * ALWAYS_RIGHT:.0f} % of the samples or more since "
                f"step {self._since}, so G learns little from it. Try a lower learning rate of D "
                "(--set optimizer.d.lr=...), a penalty (`ganzoo list penalty`), or, for a few "
                "thousand images or fewer, an augmentation (`ganzoo list augmentation`).",
            )

    @hookimpl
    def ganzoo_sampled(self, step: int, samples: Tensor) -> None:
        if step >= LEARNING and spread(samples) < ALIKE * self._data_spread:
            self._warn(
                "alike",
                f"The samples of step {step} are almost all alike: their spread is less than "
                f"{100 * ALIKE:.0f} % of that of the data. Try another loss (`ganzoo list loss`), "
                "a penalty (`ganzoo list penalty`), or a lower learning rate of G "
                "(--set optimizer.g.lr=...).",
            )

    def _warn(self, symptom: str, sentence: str) -> None:
        if symptom not in self._warned:
            self._warned.add(symptom)
            warnings.warn(sentence, stacklevel=2)


def spread(samples: Tensor) -> float:
    """The standard deviation over the samples, (N, ...), as a mean over the numbers of a sample."""
    if len(samples) < 2:
        return float("inf")
    return float(samples.flatten(1).std(dim=0).mean())


def _rows(data: Data, spec: Spec) -> Tensor:
    """Some samples of the data, in the range of the spec."""
    rows = torch.linspace(0, len(data) - 1, min(ROWS, len(data))).long()
    return scale(data.x[rows.to(data.x.device)], spec).float()
