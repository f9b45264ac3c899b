"""CIFAR-10, read from either of the two forms in which its authors publish it."""

from __future__ import annotations

import hashlib
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar

import numpy as np
import torch

from ganzoo.data.checks import known_split, limited
from ganzoo.data.cifar_forms import BINARY, PYTHON, Form, Records
from ganzoo.data.files import damaged, existing, fetch, md5_of, read_bytes
from ganzoo.errors import DataUnavailable
from ganzoo.interfaces import Dataset
from ganzoo.ranges import Count
from ganzoo.types import Data

# The address on the authors' page, and the name of the server behind it.
_HOSTS = ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/")
_FILES = {"train": [f"data_batch_{n}" for n in range(1, 6)], "test": ["test_batch"]}
_PER_FILE = 10_000


class Cifar10(Dataset):
    """The tiny colour photographs: https://www.cs.toronto.edu/~kriz/cifar.html (Krizhevsky, 2009).

    ``train``: 50,000 and ``test``: 10,000 samples; x uint8 (N, 3, 32, 32), RGB; y int64 (N,), 10
    classes. ``limit``: ``train`` has only its first ``limit`` samples.

    Read from ``root``: the binary form (folder, else archive), else the Python form, which
    torchvision downloads (folder, else archive), else the binary archive is downloaded. Archives
    are verified, and read without unpacking.
    """

    labels: ClassVar[tuple[str, ...]] = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )

    def __init__(self, limit: Count | None = None) -> None:
        self.limit = limit

    def load(self, root: Path, split: str) -> Data:
        """The checksum is the SHA-256 of the records in the binary form, also if the Python form
        was read."""
        known_split(self, split)
        form, source = _find(root, _FILES[split])
        files = _from_folder if source.name == form.folder else _from_archive
        batches = [self._decode(form, *file) for file in files(form, source, _FILES[split])]
        records = np.concatenate(batches)  # (N, 1 + 3072): label, then the red, green, blue plane
        samples = Data(
            x=torch.from_numpy(records[:, 1:].reshape(-1, 3, 32, 32).copy()),
            y=torch.from_numpy(records[:, 0].astype(np.int64)),
            classes=len(self.labels),
            labels=self.labels,
            source=str(source),
            checksum=hashlib.sha256(records.data).hexdigest(),
        )
        return limited(samples, self.limit) if split == "train" else samples

    def whole(self) -> Cifar10:
        return Cifar10()

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return _existing(root, [name for names in _FILES.values() for name in names]) is not None

    def _decode(self, form: Form, path: Path, data: bytes) -> Records:
        try:
            batch = form.decode(data)
        except ValueError as error:
            raise damaged(path, str(error), "cifar10") from error
        if len(batch) != _PER_FILE or batch[:, 0].max() >= len(self.labels):
            problem = f"does not hold {_PER_FILE} images with labels 0 to {len(self.labels) - 1}"
            raise damaged(path, problem, "cifar10")
        return batch


def _find(root: Path, names: list[str]) -> tuple[Form, Path]:
    """A folder or an archive in ``root`` that has the files; if there is none, the downloaded
    archive."""
    form_and_path = _existing(root, names)
    if form_and_path is not None:
        return form_and_path
    path = root / BINARY.archive
    try:
        fetch([host + BINARY.archive for host in _HOSTS], path, BINARY.md5)
    except DataUnavailable as error:
        raise DataUnavailable(
            f"CIFAR-10 is not in {root}, and {error} Ways out: put {BINARY.archive} or "
            f"{PYTHON.archive} (or its unpacked folder) into {root}; or set GANZOO_DATA "
            "or --data-dir to a folder that has one of them; or run `ganzoo data fetch cifar10` on "
            "a machine with a network."
        ) from error
    return BINARY, path


def _existing(root: Path, names: list[str]) -> tuple[Form, Path] | None:
    """The first folder or archive in ``root`` that has the files."""
    for form in (BINARY, PYTHON):
        folder, archive = root / form.folder, root / form.archive
        if all(existing(folder / (name + form.suffix)) for name in names):
            return form, folder
        if existing(archive):
            return form, archive
    return None


def _from_folder(form: Form, folder: Path, names: list[str]) -> Iterator[tuple[Path, bytes]]:
    """The path and the bytes of each file. A file with a published MD5 is verified."""
    for name in names:
        path = folder / (name + form.suffix)
        if name in form.files and md5_of(path) != form.files[name]:
            raise damaged(path, "is not the published file: its checksum differs", "cifar10")
        yield path, read_bytes(path)


def _from_archive(form: Form, archive: Path, names: list[str]) -> Iterator[tuple[Path, bytes]]:
    """The path and the bytes of each file in the archive, which is verified first."""
    if md5_of(archive) != form.md5:
        raise damaged(archive, "is not the published archive: its checksum differs", "cifar10")
    contents: dict[str, bytes] = {}
    with tarfile.open(archive) as members:
        for member in members:  # in the archive's order: going back would decompress it all again
            name, file = PurePosixPath(member.name).name, members.extractfile(member)
            if file is not None and name.removesuffix(form.suffix) in names:
                contents[name] = file.read()
    for name in names:
        yield archive / (name + form.suffix), contents[name + form.suffix]
