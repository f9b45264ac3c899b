"""Throwaway metrics, and data to try them on."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor, nn

from ganzoo import (
    Data,
    Dataset,
    DataUnavailable,
    Features,
    Generator,
    Metric,
    Registry,
    Result,
    Spec,
    Splits,
    UsageError,
    hookimpl,
)

from ..toy import ToyImages, ToyPlugin, registry_of
from .test_classifier import Bars


class MeanGap(Metric):
    """How far the means lie apart, in gray levels: looks at pixels alone."""

    lower_is_better = {"gap": True, "fakes": False}  # noqa: RUF012
    shown: ClassVar[list[tuple[Data, Data]]] = []

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.shown.append((real, fake))
        gap = real.x.double().mean() - fake.x.double().mean()
        return {"gap": self.scale * gap.abs().item(), "fakes": float(len(fake))}


class FeatureGap(Metric):
    """The same of features. Its protocol takes 20 fakes, and the training data."""

    lower_is_better = {"gap": True}  # noqa: RUF012
    num_fakes = 20
    split = "train"

    def __init__(self, features: Features) -> None:
        self.features = features

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        one, other = (torch.cat([*self.features.vectors(data)]).mean() for data in (real, fake))
        return {"gap": (one - other).abs().item()}


class ReadsBars(Metric):
    """Wants the classifier of bars, whatever the data is."""

    lower_is_better = {"classes": False}  # noqa: RUF012
    features_of = "bars"

    def __init__(self, features: Features) -> None:
        self.features = features

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"classes": float(self.features.classes)}


class Memory(Metric):
    """Reads both splits, and draws at random."""

    lower_is_better = {"drawn": True, "train": True}  # noqa: RUF012

    def __init__(self, data: Splits) -> None:
        self.data = data

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"drawn": torch.rand(()).item(), "train": float(len(self.data["train"]))}


class OnlyVectors(Metric):
    """Refuses images before it has seen a fake."""

    lower_is_better = {"size": True}  # noqa: RUF012

    def check(self, real: Data) -> None:
        if real.discrete:
            raise UsageError("The metric 'only-vectors' is for vectors.")

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"size": fake.x.abs().mean().item()}


class RefusesLate(Metric):
    """Refuses everything, when it has seen it."""

    lower_is_better = {"never": True}  # noqa: RUF012

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        raise UsageError("The metric 'refuses-late' has changed its mind.")


class OnRequest(MeanGap):
    """Not computed unless it is asked for."""

    default = False


class Greedy(MeanGap):
    """Needs more samples than there are."""

    min_samples = 30


class NotANumber(Metric):
    """Half of what it gives is no number."""

    lower_is_better = {"good": True, "bad": True}  # noqa: RUF012

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"bad": math.nan, "good": 1.0}


class Nameless(Metric):
    """Gives a number that it says nothing of."""

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        return {"what": 1.0}


class Breaks(Metric):
    """Is interrupted."""

    lower_is_better = {"never": True}  # noqa: RUF012

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        raise KeyboardInterrupt


Evaluate = Callable[..., list[Result]]


def with_metrics(**given: type) -> Registry:
    """The toy, and those metrics."""
    return registry_of(toy=ToyPlugin(), metrics=Plugin(**given))


def by_name(found: list[Result]) -> dict[tuple[str, str], Result]:
    return {(result.metric, result.name): result for result in found}


class Plugin:
    """A plugin of some metrics, by name."""

    def __init__(self, **metrics: type) -> None:
        self.metrics = metrics

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        for name, metric in self.metrics.items():
            registry.metric(name.replace("_", "-"), metric)
        registry.generator("plane", Plane)
        registry.dataset("bars", Bars)
        registry.dataset("lost", Lost)
        registry.dataset("split", SplitImages)
        registry.dataset("vectors", Vectors)


class SplitImages(ToyImages):
    """The toy's images, of which the last ten are for tests, where it is made with a test split."""

    def __init__(self, count: int = 40, classes: int = 0, tested: bool = True) -> None:
        super().__init__(count, classes)
        self.tested = tested

    def load(self, root: Path, split: str) -> Data:
        if split == "train":
            return super().load(root, split)
        if not self.tested:
            raise UsageError("There is no test split.")
        return Data(super().load(root, split).x[-10:], source="memory", checksum="tests")


class Lost(Dataset):
    """Nobody knows where it is."""

    def load(self, root: Path, split: str) -> Data:
        raise DataUnavailable("It is out of reach.")


class Vectors(Dataset):
    """Points in the plane."""

    def load(self, root: Path, split: str) -> Data:
        x = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))
        return Data(x, source="memory", checksum="points")


class Plane(Generator):
    """A layer from noise to points."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.last = nn.Linear(spec.z_dim, spec.size)

    def forward(self, z: Tensor) -> Tensor:
        return self.last(z)


class Untouchable(Features):
    """May not be looked at."""

    name, dim = "untouchable", 1

    @property
    def fingerprint(self) -> str:
        raise AssertionError("somebody looked")

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        raise AssertionError("somebody looked")

    logits = vectors
