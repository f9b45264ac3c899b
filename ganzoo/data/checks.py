"""Checks that all datasets share: of the name of a split, and of the option ``limit``."""

from __future__ import annotations

from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Dataset
from ganzoo.types import Data


def known_split(dataset: Dataset, split: str) -> None:
    """Raises UsageError unless ``dataset`` has this ``split``."""
    if split not in dataset.splits:
        raise UsageError(f"There is no split {split!r}. {near(split, dataset.splits)}")


def first(samples: Data, limit: int | None, trained_on: int) -> Data:
    """The first ``limit`` samples, or all of them.

    Raises UsageError if ``limit`` is more than ``trained_on``, the size of the training split. A
    split with fewer than ``limit`` samples is returned whole: with limit=20,000, a test split of
    10,000 samples can still be used for the evaluation.
    """
    if limit is None:
        return samples
    if limit > trained_on:
        raise UsageError(
            f"limit={limit} is more than the {trained_on} training samples. "
            "Lower it, or leave it out to use all."
        )
    return samples.first(limit)
