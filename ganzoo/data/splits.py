"""The splits of a dataset, each read at its first use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from ganzoo.interfaces import Dataset
from ganzoo.types import Data


class Splits(Mapping[str, Data]):
    """``splits["train"]``: the data of a split, read once from the data directory ``root``.

    The keys are ``dataset.splits``. Reading a split raises the errors of ``Dataset.load``, such as
    UsageError for a folder of images that has no test split.
    """

    def __init__(self, dataset: Dataset, root: Path) -> None:
        self.dataset, self.root = dataset, root
        self._read: dict[str, Data] = {}

    def __getitem__(self, split: str) -> Data:
        if split not in self.dataset.splits:
            raise KeyError(split)
        if split not in self._read:
            self._read[split] = self.dataset.load(self.root, split)
        return self._read[split]

    def put(self, split: str, data: Data) -> None:
        """Use data that was read already."""
        self._read[split] = data

    def __iter__(self) -> Iterator[str]:
        return iter(self.dataset.splits)

    def __len__(self) -> int:
        return len(self.dataset.splits)
