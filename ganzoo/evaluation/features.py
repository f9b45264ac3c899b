"""The features that samples are compared by, and which of them fit which data."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property, partial

import torch
from torch import Tensor

from ganzoo.assembly.build import component
from ganzoo.data.splits import Splits
from ganzoo.errors import UsageError
from ganzoo.evaluation.classifier import FEATURES, SMALLEST, Classifier, check
from ganzoo.evaluation.classifier_cache import classifier_for
from ganzoo.evaluation.feature_cache import Kept
from ganzoo.interfaces import Features
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.types import Data, scale

Told = Callable[[str, int, int], None]  # what is being done, how much of it is, of how much

AUTO = "auto"
LARGEST = 32  # pixels a side of images for which a classifier of their own is the better judge


def choose(
    choice: str, dataset: str, data: Splits, registry: Registry, *, device: str, told: Told
) -> Features:
    """Registered features by name, for a dataset. ``auto``: the coordinates of vectors; the
    dataset's own classifier of labelled gray images of 16 to 32 pixels; Inception of other images.

    Raises UsageError where there are none of that name, or they do not fit the data.
    """
    train = data[next(iter(data))]
    part = Part(_fitting(train) if choice == AUTO else choice)
    given = {"dataset": dataset, "data": data, "train": train, "device": device, "told": told}
    features: Features = component("features", part, registry, **given)
    features.check(train)
    return features


def _fitting(train: Data) -> str:
    if not train.discrete:
        return "coordinates"
    channels, *sides = train.x.shape[1:]
    small = len(sides) == 2 and min(sides) >= SMALLEST and max(sides) <= LARGEST
    labelled = train.y is not None and train.classes > 1
    return "classifier" if labelled and small and channels == 1 else "inception"


class Coordinates(Features):
    """Vectors as they are. ``train``: some, to see how long they are."""

    name, fingerprint = "coordinates", ""

    def __init__(self, train: Data) -> None:
        if train.discrete:
            raise UsageError(
                "The features 'coordinates' are for vectors, and these samples are images: choose "
                "--features classifier or --features inception."
            )
        self.dim = train.x[0].numel()

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        for piece in torch.split(samples.x, 1 << 16):
            yield piece.flatten(1).float().cpu()

    def logits(self, samples: Data) -> Iterator[Tensor]:
        return iter(())


class NetworkFeatures(Features):
    """What a network sees in uint8 images: its vectors are kept, and the logits are read off them.

    train: images like those that it will see. batch: how many the network is shown at a time.
    Nothing is loaded, trained or computed before it is asked for.
    """

    batch = 500
    train: Data

    def __init__(self, *, device: str, told: Told) -> None:
        self.device, self.told = device, told
        self._kept = Kept()

    @abstractmethod
    def embed(self, x: Tensor) -> Tensor:
        """uint8 (n, C, H, W) on the device to float32 (n, dim)."""

    @abstractmethod
    def classify(self, vectors: Tensor) -> Tensor:
        """float32 (n, dim) on the device to float32 (n, classes)."""

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        shape = self.train.x.shape[1:]
        if not samples.discrete or samples.x.shape[1:] != shape:
            raise UsageError(
                f"The features {self.name!r} are made for uint8 images of shape {tuple(shape)}; "
                f"these are {samples.x.dtype} {tuple(samples.x.shape[1:])}."
            )
        return self._kept.pieces(samples.x, self.dim, partial(self._computed, samples))

    def logits(self, samples: Data) -> Iterator[Tensor]:
        for vectors in self.vectors(samples):
            with torch.no_grad():
                yield self.classify(vectors.to(self.device)).float().cpu()

    def _computed(self, samples: Data) -> Iterator[Tensor]:
        what = f"features of {len(samples):,} images"
        for start in range(0, len(samples), self.batch):
            self.told(what, start, len(samples))
            with torch.no_grad():
                x = samples.x[start : start + self.batch].to(self.device)
                yield self.embed(x).float().cpu()
        self.told(what, len(samples), len(samples))


class ClassifierFeatures(NetworkFeatures):
    """A dataset's own classifier (``evaluation.classifier``), which reads pixels in [0, 1]; it is
    trained at first use, where it was not kept. Whoever asks for more than its name is told with
    UsageError where the dataset is no labelled images."""

    dim = FEATURES

    def __init__(
        self, dataset: str, data: Splits, *, device: str = "cpu", told: Told = lambda *_: None
    ) -> None:
        super().__init__(device=device, told=told)
        self.name = f"classifier of {dataset}"
        progress = partial(told, f"training the {self.name}")
        self._make = partial(classifier_for, dataset, data.dataset, data.root, progress=progress)
        self._data = data

    def check(self, train: Data) -> None:
        check(train)

    @cached_property
    def train(self) -> Data:  # type: ignore[override]  # read when it is first asked for
        train = self._data[next(iter(self._data))]
        check(train)
        return train

    @property
    def classes(self) -> int:  # type: ignore[override]
        return self.train.classes

    @cached_property
    def network(self) -> Classifier:
        return self._make().to(self.device)

    @property
    def fingerprint(self) -> str:  # type: ignore[override]  # known once there are weights
        return self.network.fingerprint

    def embed(self, x: Tensor) -> Tensor:
        return self.network.features(scale(x, self.train.spec(0.0, 1.0)))

    def classify(self, vectors: Tensor) -> Tensor:
        logits: Tensor = self.network.head(vectors)
        return logits
