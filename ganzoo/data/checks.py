"""Checks that all datasets share: of the name of a split, and of the option ``limit``."""

from __future__ import annotations

from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Dataset
from ganzoo.types import Data


def known_split(dataset: Dataset, split: str) -> None:
    """Raises UsageError unless ``dataset`` has this ``split``."""
    if split not in dataset.splits:
        raise UsageError(f"There is no split {split!r}. {near(split, dataset.splits)}")


def limited(train: Data, limit: int | None) -> Data:
    """The first ``limit`` samples of a training split; all of them where it is None. Raises
    UsageError if the split has fewer than ``limit`` samples."""
    if limit is None:
        return train
    if limit > len(train):
        raise UsageError(
            f"limit={limit} is more than the {len(train)} training samples. "
            "Lower it, or leave it out to use all."
        )
    return train.first(limit)
