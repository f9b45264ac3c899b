"""Datasets whose samples are drawn from a seed, the same every time."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor

from ganzoo.data.checks import known_split
from ganzoo.interfaces import Dataset
from ganzoo.ranges import Count
from ganzoo.types import Data

if TYPE_CHECKING:
    from ganzoo.recipe import Part


class DrawnDataset(Dataset):
    """Samples that are drawn from a seed, and not read from files. ``train``: ``count`` samples;
    ``test``: ``test_count`` other samples.

    A subclass sets ``name``, the registered name, and defines ``draw``. It may set ``labels``, the
    names of the classes, and ``view``, the component that shows samples.
    """

    name: ClassVar[str]
    labels: ClassVar[tuple[str, ...]] = ()
    test_count: ClassVar[int] = 10_000
    view: Part | None = None

    def __init__(self, count: Count, seed: int) -> None:
        self.count, self.seed = count, seed

    @abstractmethod
    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, Tensor | None]:
        """Samples, float (count, ...), and labels, int64 (count,) or None. All random numbers come
        from ``dice``, as float64: torch computes random float32 numbers differently on different
        processors, so that their last bits, and the checksum, would differ."""

    def load(self, root: Path, split: str) -> Data:
        """The samples as float32. Reads no file in ``root``. The checksum is the SHA-256 of the
        bytes of the tensors that ``hashed`` returns. Raises UsageError for an unknown split."""
        known_split(self, split)
        count = self.count if split == "train" else self.test_count
        x, y = self.draw(count, stream(self.seed_text(split)))
        x = x.float()
        digest = hashlib.sha256()
        for tensor in self.hashed(x, y):
            digest.update(tensor.numpy().tobytes())
        return Data(
            x=x,
            y=y,
            classes=len(self.labels),
            labels=self.labels,
            source=f"{self.name} with seed {self.seed}",
            checksum=digest.hexdigest(),
            view=self.view,
        )

    def hashed(self, x: Tensor, y: Tensor | None) -> tuple[Tensor, ...]:
        """The tensors of the checksum: the samples, and the labels if there are any. A subclass
        whose samples are computed with functions such as the sine rounds them here, because the
        last bits of a sine differ from processor to processor."""
        return (x,) if y is None else (x, y)

    def seed_text(self, split: str) -> str:
        """The text whose digest is the seed of the random numbers of a split."""
        return f"{self.name} {self.seed} {split}"

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return True


def stream(text: str) -> torch.Generator:
    """A generator of random numbers, seeded by the digest of the text."""
    # With the seed of a dataset itself, a training with that seed would draw the same numbers as
    # noise. Four bytes, because torch's generator uses only 32 bits of a seed.
    digest = hashlib.sha256(text.encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:4], "big"))
