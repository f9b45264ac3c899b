"""A dataset in the files of MNIST: gzipped IDX files, one of images and one of labels per split."""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import ClassVar

from torch import Tensor

from ganzoo.data.checks import known_split, limited
from ganzoo.data.files import damaged, existing, fetch, md5_of
from ganzoo.data.idx import read_idx
from ganzoo.errors import DataUnavailable
from ganzoo.interfaces import Dataset
from ganzoo.ranges import Count
from ganzoo.types import Data

REST = "rest"
_PREFIX = {"train": "train", "test": "t10k"}
_KINDS = ("images-idx3-ubyte", "labels-idx1-ubyte")


class IdxDataset(Dataset):
    """``train``: 60,000 and ``test``: 10,000 samples; x uint8 (N, 1, 28, 28), 0 is the background;
    y int64 (N,), 10 classes. ``limit``: ``train`` has only its first ``limit`` samples; those after
    them are the split ``rest``, for example to choose settings by.

    Read from ``root``/<title>/raw: each file plain if it exists, else gzipped, else downloaded and
    left gzipped.

    A subclass sets: ``name``, the registered name; ``title``, the folder and torchvision's class;
    ``labels``; ``md5`` of the published .gz files, which every download must have; ``sha256`` of
    the decompressed files, if known, which every file must have. If the SHA-256 is not known, a
    file that is not the published .gz is accepted by its format and shape, with a warning or a
    note. ``mirrors``: the addresses of the folders with the files. Those of torchvision come first
    if it can be imported, because addresses change and it is released more often.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    labels: ClassVar[tuple[str, ...]]
    mirrors: ClassVar[tuple[str, ...]]
    md5: ClassVar[Mapping[str, str]]
    sha256: ClassVar[Mapping[str, str]] = {}
    counts: ClassVar[Mapping[str, int]] = {"train": 60_000, "test": 10_000}
    instead: ClassVar[str] = "--dataset "  # the option that selects the fallback

    def __init__(self, limit: Count | None = None) -> None:
        self.limit = limit
        if limit is not None and limit < self.counts["train"]:
            self.splits = (*self.splits, REST)

    def load(self, root: Path, split: str) -> Data:
        """The checksum is the SHA-256 over the SHA-256 of the two decompressed files, images first,
        then labels."""
        known_split(self, split)
        if split == REST:
            assert self.limit is not None
            return self.whole().load(root, "train").after(self.limit)
        folder, count = root / self.title / "raw", self.counts[split]
        images = f"{_PREFIX[split]}-images-idx3-ubyte"
        labels = f"{_PREFIX[split]}-labels-idx1-ubyte"
        x, sha256_x, note_x = self._read(folder, images, (count, 28, 28))
        y, sha256_y, note_y = self._read(folder, labels, (count,))
        samples = Data(
            x=x.unsqueeze(1),  # (N, 28, 28) -> (N, 1, 28, 28)
            y=y.long(),
            classes=len(self.labels),
            labels=self.labels,
            source=str(folder),
            checksum=hashlib.sha256((sha256_x + sha256_y).encode()).hexdigest(),
            notes=tuple(note for note in (note_x, note_y) if note),
        )
        return limited(samples, self.limit) if split == "train" else samples

    def whole(self) -> IdxDataset:
        return type(self)()

    @classmethod
    def is_available(cls, root: Path) -> bool:
        folder = root / cls.title / "raw"
        names = [f"{p}-{kind}" for p in _PREFIX.values() for kind in _KINDS]
        return all(existing(folder / name, folder / f"{name}.gz") for name in names)

    def _read(self, folder: Path, name: str, shape: tuple[int, ...]) -> tuple[Tensor, str, str]:
        """One file as a uint8 tensor of this ``shape``, its SHA-256, and a note if it is not known
        to be the published file, else ""."""
        path = self._path(folder, name)
        tensor, sha256 = read_idx(path, len(shape), self.name, shape)
        if len(shape) == 1 and int(tensor.max()) >= len(self.labels):
            raise damaged(path, f"has labels up to {int(tensor.max())}", self.name)
        if name in self.sha256:
            # The decompressed content is compared: gzipped again, it gives another .gz file.
            if sha256 != self.sha256[name]:
                problem = f"is not the published file of {self.title}: its checksum differs"
                raise damaged(path, problem, self.name)
            return tensor, sha256, ""
        if path.suffix == ".gz" and md5_of(path) == self.md5[name]:
            return tensor, sha256, ""
        note = f"{path.name} has the form of {self.title}, but is not the published .gz file."
        if path.suffix == ".gz":
            warnings.warn(f"{note} Its content may differ from the published data.", stacklevel=3)
        return tensor, sha256, note

    def _path(self, folder: Path, name: str) -> Path:
        """The path of the file: plain, gzipped, or gzipped after a download."""
        packed = folder / f"{name}.gz"
        path = existing(folder / name, packed)
        if path is not None:
            return path
        try:
            fetch(self._urls(packed.name), packed, self.md5[name])
        except DataUnavailable as error:
            raise DataUnavailable(
                f"{self.title} is not in {folder}, and {error} {self._ways_out(folder)}"
            ) from error
        return packed

    def _urls(self, file: str) -> list[str]:
        """The addresses of a file on the mirrors, in the order to try them. torchvision's import
        takes seconds, so it is imported only here."""
        newest: list[str] = []
        with suppress(ImportError, RuntimeError, AttributeError):  # RuntimeError: of another torch
            import torchvision.datasets as published  # type: ignore[import-untyped]

            newest = getattr(published, self.title).mirrors
        return [mirror + file for mirror in dict.fromkeys((*newest, *self.mirrors))]

    def _ways_out(self, folder: Path) -> str:
        ways = [
            f"put its four files (plain or .gz) into {folder}",
            f"set GANZOO_DATA or --data-dir to a folder that has {self.title}/raw",
            f"run `ganzoo data fetch {self.name}` on a machine with a network",
        ]
        if self.fallback is not None:
            ways.append(
                f"use `{self.instead}{self.fallback}`, which needs no network, after "
                "`pip install 'ganzoo[offline]'`"
            )
        return "Ways out: " + "; or ".join(ways) + "."
