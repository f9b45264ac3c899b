"""What every reader asks of a request, and the first N of what it has read."""

from __future__ import annotations

from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Dataset
from ganzoo.types import Data


def known_split(dataset: Dataset, split: str) -> None:
    """UsageError unless ``dataset`` has this ``split``."""
    if split not in dataset.splits:
        raise UsageError(f"There is no split {split!r}. {near(split, dataset.splits)}")


def first(samples: Data, limit: int | None, trained_on: int) -> Data:
    """The first ``limit`` samples, or all of them.

    UsageError where ``limit`` is more than the training split has (``trained_on``). A shorter
    split is then returned whole: who trains on 20,000 may still evaluate on a test split of 10,000.
    """
    if limit is None:
        return samples
    if limit > trained_on:
        raise UsageError(
            f"limit={limit} is more than the {trained_on} samples there are to train on. "
            "Lower it, or leave it out to use all."
        )
    return samples.first(limit)
