"""Features of samples for metrics, and the choice of features for a dataset."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from functools import cached_property, partial

import torch
from torch import Tensor

from ganzoo.assembly.build import component
from ganzoo.data.splits import Splits
from ganzoo.errors import UsageError
from ganzoo.evaluation.classifier import FEATURES, SMALLEST, Classifier, blank, check
from ganzoo.evaluation.classifier_cache import classifier_for, is_cached
from ganzoo.evaluation.feature_cache import FeatureFiles
from ganzoo.interfaces import Features
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.types import Data, scale

PartProgress = Callable[[str, int, int], None]  # the task in words, the items done, all its items

AUTO = "auto"
LARGEST = 32  # pixels: up to this height and width the dataset's own classifier is preferred


def choose(
    choice: str,
    dataset: str,
    data: Splits,
    registry: Registry,
    *,
    device: str,
    progress: PartProgress,
) -> Features:
    """Registered features by name, for a dataset. ``auto`` chooses the coordinates for vectors; the
    dataset's own classifier for labelled gray images with 16 to 32 pixels per side; Inception for
    other images.

    Raises UsageError if there are no features of this name, or if they do not fit the data.
    """
    train = data[next(iter(data))]
    part = Part(_fitting(train) if choice == AUTO else choice)
    inputs = {"dataset": dataset, "data": data, "train": train, "device": device, "told": progress}
    features: Features = component("features", part, registry, **inputs)
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
    """The vectors themselves. ``train``: samples that show the length of the vectors."""

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
    """Features that a network computes from uint8 or uint16 images. The vectors are written to
    temporary files, and the logits are computed from them.

    train: training images, which give the shape. batch: the number of images per call of the
    network. ``told`` is called with the progress. The network is loaded or trained at its first
    use.
    """

    batch = 500
    train: Data

    def __init__(self, *, device: str, told: PartProgress) -> None:
        self.device, self.told = device, told
        self._files = FeatureFiles()

    @abstractmethod
    def embed(self, x: Tensor) -> Tensor:
        """uint8 or uint16 (n, C, H, W) on the device to float32 (n, dim)."""

    @abstractmethod
    def classify(self, vectors: Tensor) -> Tensor:
        """float32 (n, dim) on the device to float32 (n, classes)."""

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        shape = self.train.x.shape[1:]
        if not samples.discrete or samples.x.shape[1:] != shape:
            raise UsageError(
                f"The features {self.name!r} are made for images of shape {tuple(shape)}; "
                f"these are {samples.x.dtype} {tuple(samples.x.shape[1:])}."
            )
        return self._files.pieces(samples.x, self.dim, partial(self._computed, samples))

    def logits(self, samples: Data) -> Iterator[Tensor]:
        for vectors in self.vectors(samples):
            with torch.no_grad():
                yield self.classify(vectors.to(self.device)).float().cpu()

    def _computed(self, samples: Data) -> Iterator[Tensor]:
        task = f"features of {len(samples):,} images"
        for start in range(0, len(samples), self.batch):
            self.told(task, start, len(samples))
            with torch.no_grad():
                x = samples.x[start : start + self.batch].to(self.device)
                yield self.embed(x).float().cpu()
        self.told(task, len(samples), len(samples))


class ClassifierFeatures(NetworkFeatures):
    """The features of a dataset's own classifier (``evaluation.classifier``), which reads pixels in
    [0, 1]. It is trained at its first use, if the cache does not have it. All members but the name
    raise UsageError if the dataset is not labelled images."""

    dim = FEATURES

    def __init__(
        self,
        dataset: str,
        data: Splits,
        *,
        device: str = "cpu",
        told: PartProgress = lambda *_: None,
    ) -> None:
        super().__init__(device=device, told=told)
        self.name = f"classifier of {dataset}"
        progress = partial(told, f"training the {self.name}")
        whole = data.dataset.whole()
        self._make = partial(classifier_for, dataset, whole, data.root, progress=progress)
        self._cached = partial(is_cached, dataset, whole, data.root)
        self._data = data

    def check(self, train: Data) -> None:
        check(train)

    @cached_property
    def train(self) -> Data:  # type: ignore[override]  # read at its first use
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
    def fingerprint(self) -> str:  # type: ignore[override]  # needs the weights
        return self.network.fingerprint

    def available(self) -> bool:
        """Whether the classifier is in the cache, so that it need not be trained."""
        return self._cached()

    def untrained(self) -> ClassifierFeatures:
        """The features of an untrained classifier, which are computed in the same time."""
        name = self.name.removeprefix("classifier of ")
        features = ClassifierFeatures(name, self._data, device=self.device)
        features.network = blank(self.train).eval().requires_grad_(False).to(self.device)
        return features

    def embed(self, x: Tensor) -> Tensor:
        return self.network.features(scale(x, self.train.spec(0.0, 1.0)))

    def classify(self, vectors: Tensor) -> Tensor:
        logits: Tensor = self.network.head(vectors)
        return logits
