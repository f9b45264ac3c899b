"""How samples are shown and saved."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

from torch import Tensor

from ganzoo.types import Spec

if TYPE_CHECKING:
    from PIL.Image import Image


class View(ABC):
    """How the samples of a dataset are shown as a picture, and saved in files.

    A dataset names its view in ``Data.view``; without a name, the shape of the samples chooses one.
    A constructor is handed the spec of the samples; its other parameters are options, which are
    plain data and are recorded in the run, so that samples are shown and saved without the dataset.

    formats: the suffixes of the files that ``encode`` makes, such as ".csv"; the first one is that
    of ``ganzoo sample`` without --out. All samples can be written as a picture and as .npy too.
    each: the suffix of a file with one sample, in a folder of samples; empty if there is none.
    count: the number of samples in a picture, if nobody asks for another. behind: the number of
    rows of the data that ``show`` is given during a training; 0 for none.
    distances: whether the distance between two samples, as vectors of all their numbers, says how
    much they differ. If it says nothing, as between rows with an income and the number of a
    category, metrics of the features ``coordinates`` are not computed unless they are named.
    metric: the metric, or METRIC.NUMBER, by which trainings on such samples are ranked if the user
    names none: in a training that is measured, in a search, in a race.
    """

    formats: ClassVar[tuple[str, ...]] = ()
    each: ClassVar[str] = ""
    count: ClassVar[int] = 64
    behind: ClassVar[int] = 0
    distances: ClassVar[bool] = True
    metric: ClassVar[str] = "fd"

    def __init__(self, spec: Spec) -> None:
        self.spec = spec

    def describe(self) -> str:
        """The samples in words, as a training says them after their number: "sounds of 2 seconds".
        If it is empty, the shape of the samples is said."""
        return ""

    @abstractmethod
    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image:
        """A picture of samples, (N, *spec.shape) on the CPU, as a gray or RGB image. ``data``: real
        samples to compare them with. ``columns``: of a picture with several samples in a row."""

    def encode(self, samples: Tensor, suffix: str, columns: int | None = None) -> bytes:
        """The content of a file with all samples, whose format has that suffix of ``formats``."""
        raise NotImplementedError(f"{type(self).__name__} has no files {suffix}")

    def encode_one(self, sample: Tensor) -> bytes:
        """The content of a file with one sample, (*spec.shape), whose format has the suffix
        ``each``."""
        raise NotImplementedError(f"{type(self).__name__} has no files of one sample")
