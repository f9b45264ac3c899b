"""Stacked MNIST: images with three digits as their three channels, which have 1000 modes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import torch

from ganzoo.data.checks import known_split
from ganzoo.data.drawn import stream
from ganzoo.data.mnist import Mnist
from ganzoo.data.mnist5k import Mnist5k
from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Dataset
from ganzoo.ranges import Count
from ganzoo.types import Data

_TEST = 26_000  # the number of samples that PacGAN draws from a generator to count its modes


class _Digits(Mnist):
    instead = "--set dataset.digits="  # the fallback has single digits, which are then stacked


_DIGITS: dict[str, Callable[[], Dataset]] = {"mnist": _Digits, "mnist-5k": Mnist5k}


class StackedMnist(Dataset):
    """Three digits drawn at random, with replacement, as the channels of an image
    (arXiv:1611.02163, section 3.3.1; with the numbers of arXiv:1712.04086, section 4.2).

    x uint8 (N, 3, 28, 28); y int64 (N,) = 100 a + 10 b + c for the digits a, b and c; 1000 classes.
    ``train``: ``count`` triples of training digits; ``test``: 26,000 triples of test digits.
    PacGAN draws its training triples from all 70,000 digits.

    Args:
        count: samples to train on; each takes 2,352 bytes.
        seed: seed of the draws.
        digits: the dataset from which the digits are drawn.
    """

    def __init__(
        self,
        count: Count = 128_000,
        seed: int = 0,
        digits: Literal["mnist", "mnist-5k"] = "mnist",
    ) -> None:
        if digits not in _DIGITS:
            raise UsageError(f"There are no digits {digits!r}. {near(digits, _DIGITS)}")
        self.count, self.seed, self.digits = count, seed, digits

    def load(self, root: Path, split: str) -> Data:
        """The checksum is the SHA-256 of the digits' checksum and of the indices of the triples,
        which depend on count and seed."""
        known_split(self, split)
        count = self.count if split == "train" else _TEST
        digits = _DIGITS[self.digits]().load(root, split)
        assert digits.y is not None
        triples = torch.randint(len(digits), (count, 3), generator=stream(f"{self.seed} {split}"))
        # (3 N, 1, 28, 28) has the same memory layout as (N, 3, 28, 28)
        x = digits.x.index_select(0, triples.flatten()).view(count, 3, *digits.x.shape[2:])
        checksum = hashlib.sha256(f"{digits.checksum}".encode() + triples.numpy().tobytes())
        return Data(
            x=x,
            y=(digits.y[triples] * torch.tensor([100, 10, 1])).sum(1),
            classes=1000,
            labels=tuple(f"{number:03d}" for number in range(1000)),
            source=f"{digits.source}, stacked with seed {self.seed}",
            checksum=checksum.hexdigest(),
        )

    @classmethod
    def is_available(cls, root: Path) -> bool:
        """Whether MNIST is available, from which the digits are drawn by default."""
        return Mnist.is_available(root)
