"""Real samples, and how fakes are judged by them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from torch import Tensor

from ganzoo.types import Data


class Dataset(ABC):
    """Real samples, by split.

    ``fallback``: the dataset to take when this one cannot be reached and nobody asked for it by
    name. ``splits``: what ``load`` accepts, the training split first.
    """

    fallback: ClassVar[str | None] = None
    splits: tuple[str, ...] = ("train", "test")

    @abstractmethod
    def load(self, root: Path, split: str) -> Data:
        """All of the split, read from (or fetched into) the data directory ``root``.

        Raises DataUnavailable where it is not there and cannot be had, GanzooError where what is
        there is damaged."""

    def whole(self) -> Dataset:
        """The dataset without an option that limits its training split: the classifier of an
        evaluation is trained on all of it. Test splits are never limited."""
        return self

    @classmethod
    def is_available(cls, root: Path) -> bool | None:
        """Whether it lies in ``root``, found without reading it; None where nobody can tell."""
        return None


class Features(ABC):
    """What samples look like to a network: the vectors that many metrics compare instead of pixels.

    A constructor is handed what it has a parameter for: ``dataset``, the name of the run's dataset;
    ``data``, its Splits; ``train``, the Data of its first split; ``device``, such as "cuda";
    ``told(what, done, total)``, to be called with how far a computation is. Its other parameters
    are options.

    name: such as "classifier of mnist". fingerprint: of the weights; part of a result's protocol.
    dim: of a vector. classes: of the logits; 0 where it classifies nothing.
    """

    name: str
    fingerprint: str
    dim: int
    classes: int = 0

    def check(self, train: Data) -> None:  # noqa: B027 - some features take any data
        """Called before anything is computed, where somebody chose the features by name. Raise
        UsageError, with a sentence, where they are not for data like this."""

    @abstractmethod
    def vectors(self, samples: Data) -> Iterator[Tensor]:
        """float32 (n, dim) on the CPU, in the order of the samples, in pieces. To be read again is
        cheap: they are computed once for each Data object."""

    @abstractmethod
    def logits(self, samples: Data) -> Iterator[Tensor]:
        """float32 (n, classes) on the CPU, likewise; of no pieces where ``classes`` is 0."""


class Metric(ABC):
    """A judgement of fakes against reals.

    A constructor with a parameter ``features`` is handed Features, and one with a parameter
    ``data`` the Splits of the dataset; neither is an option, and what no metric asks for is not
    computed. lower_is_better: by result name; None for a number without a better direction, such as
    a standard deviation. min_samples: reals and fakes that it takes at least.
    num_fakes: how many its protocol takes; None for 10,000. split: of the reals that its protocol
    compares with. default: whether it is computed, where the data fits, when nobody names metrics.
    reconstructs: whether the fakes are reconstructions of the first real samples, in their order,
    from the noise that the game's encoder gives for them.
    features_of: the dataset whose classifier is its features, whatever the data and the user's
    choice; for a metric that means just that one, such as a count of digits.
    paired: whether each fake is compared with the real sample whose conditions it was drawn by: the
    k-th real sample is then that of the k-th fake. ``check`` is given the whole split.
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
        """Called before anything is computed. Raise UsageError, with a sentence, where the metric
        is not for data like this: for vectors only, say, or for labelled images."""

    def reading(self, values: Mapping[str, float]) -> str:
        """A warning of a fault that the results show, in a sentence with settings to try; empty
        without such a fault. values: the means of the results, by name."""
        return ""

    @abstractmethod
    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        """The results by name. Both are uint8 images (fakes quantised as they would be saved), both
        uint16 images, or both float vectors. ``fake.y``: the labels asked for, of a conditional
        model; else None. ``fake.cond``: the latent codes, of a prior with codes."""
