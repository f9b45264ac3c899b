"""Real samples, and the comparison of fakes with them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from torch import Tensor

from ganzoo.types import Data


class Dataset(ABC):
    """Real samples, by split.

    ``fallback``: the name of the dataset that replaces this dataset if it is not available and the
    user did not name it. ``splits``: the names of the splits, the training split first.
    """

    fallback: ClassVar[str | None] = None
    splits: tuple[str, ...] = ("train", "test")

    @abstractmethod
    def load(self, root: Path, split: str) -> Data:
        """All samples of a split, in the same order each time. They are read from the data
        directory ``root``, and downloaded into it first if they are not there.

        Raises UsageError for an unknown split, DataUnavailable if the files are not there and
        cannot be downloaded, and GanzooError if a file is damaged."""

    def whole(self) -> Dataset:
        """The dataset without an option that limits its training split. The classifier of an
        evaluation is trained on the whole split. Test splits are never limited."""
        return self

    @classmethod
    def is_available(cls, root: Path) -> bool | None:
        """Whether the dataset is in the directory ``root``, without reading it; None if this is
        unknown."""
        return None


class Features(ABC):
    """Vectors by which samples are compared, such as the activations of a network. Many metrics
    compare these vectors instead of pixels.

    A constructor with one of these parameters is given the argument: ``dataset``, the name of the
    run's dataset; ``data``, its Splits; ``train``, the Data of its first split; ``device``, such as
    "cuda"; ``told(what, done, total)``, a function to call with the progress of a long computation.
    All other parameters are options.

    name: the name of the features, such as "classifier of mnist". fingerprint: a digest of the
    weights; both are part of a result's protocol. dim: the length of a vector. classes: the number
    of logits; 0 for features without a classifier.
    """

    name: str
    fingerprint: str
    dim: int
    classes: int = 0

    def check(self, train: Data) -> None:  # noqa: B027 - some features take any data
        """Called before any computation if the user chose the features by name. Raises UsageError,
        with a sentence for the user, if the features cannot be computed for this data."""

    @abstractmethod
    def vectors(self, samples: Data) -> Iterator[Tensor]:
        """The vectors, in pieces: float32 (n, dim) on the CPU, in the order of the samples. They
        are computed at the first use, once for each Data object: a second use is cheap."""

    @abstractmethod
    def logits(self, samples: Data) -> Iterator[Tensor]:
        """The logits, in pieces: float32 (n, classes) on the CPU, in the order of the samples; no
        pieces if ``classes`` is 0."""


class Metric(ABC):
    """A comparison of fakes with real samples.

    A constructor with a parameter ``features`` is given Features, and a constructor with a
    parameter ``data`` the Splits of the dataset; these two parameters are no options. Features that
    no metric takes are not computed.

    lower_is_better: by the name of a result, whether a lower number is better; None for a number
    without a better direction, such as a standard deviation.
    min_samples: the least number of real samples, and of fakes.
    num_fakes: the number of fakes in the protocol; None for 10,000.
    split: the split of the real samples in the protocol.
    default: whether the metric is computed if the user names no metrics and the data fits.
    reconstructs: whether the fakes are reconstructions of the first real samples, in their order,
    from the noise that the game's encoder computes for these samples.
    features_of: the dataset whose classifier gives the features, for any data and any choice of the
    user, such as for a count of digits; None for the features that the user chooses.
    paired: whether each fake is compared with the real sample whose conditions it was drawn by: the
    k-th real sample then belongs to the k-th fake. ``check`` is given the whole split.
    """

    lower_is_better: ClassVar[Mapping[str, bool | None]] = {}
    min_samples: ClassVar[int] = 2
    num_fakes: ClassVar[int | None] = None
    split: ClassVar[str] = "test"
    default: ClassVar[bool] = True
    reconstructs: ClassVar[bool] = False
    features_of: ClassVar[str | None] = None
    paired: ClassVar[bool] = False

    def check(self, real: Data) -> None:  # noqa: B027 - most metrics take any data
        """Called before any computation. Raises UsageError, with a sentence for the user, if the
        metric cannot be computed for this data: a metric may need vectors, or labels."""

    def reading(self, values: Mapping[str, float]) -> str:
        """A warning of a fault that the results show, in a sentence with settings to try; an empty
        text if they show no fault. values: the means of the results, by name."""
        return ""

    @abstractmethod
    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        """The results by name. The real samples and the fakes have the same form: uint8 or uint16
        images (N, C, H, W), the fakes quantised as in an image file; or float vectors (N, ...). The
        two may have different numbers of samples. ``fake.y``: the labels that a conditional model
        was given, else None. ``fake.cond``: the latent codes, for a prior with codes."""
