"""The feature vectors of samples, computed once and written to temporary files. Many metrics read
them, and no metric needs all of them in memory."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganzoo.errors import GanzooError

_PIECE = 2048  # rows read at a time


class FeatureFiles:
    """A temporary folder with a file for each set of samples. A file is removed when its samples
    are garbage collected, the folder when this object is."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(
            prefix="ganzoo-features-", ignore_cleanup_errors=True
        )
        self._files: dict[int, tuple[weakref.ref[Tensor], Path]] = {}

    def pieces(
        self, x: Tensor, dim: int, compute: Callable[[], Iterator[Tensor]]
    ) -> Iterator[Tensor]:
        """The feature vectors of the samples x, float32 (n, dim) in pieces. ``compute`` is called
        the first time for each tensor x. Raises GanzooError if the disk is full."""
        known, path = self._files.get(id(x), (None, None))
        if known is None or path is None or known() is not x:
            path = Path(self._folder.name) / f"{len(self._files)}-{id(x)}.f32"
            _write(path, compute())
            self._files[id(x)] = weakref.ref(x), path
            weakref.finalize(x, path.unlink, missing_ok=True)
        rows = np.memmap(path, np.float32, "r", shape=(len(x), dim))
        for start in range(0, len(rows), _PIECE):
            yield torch.from_numpy(np.array(rows[start : start + _PIECE]))


def _write(path: Path, pieces: Iterator[Tensor]) -> None:
    # Not through a memory map: a full disk would kill the process.
    try:
        with path.open("wb") as file:
            for piece in pieces:
                file.write(piece.contiguous().numpy().data)
    except OSError as error:
        raise GanzooError(
            f"The features cannot be written to {path.parent}: {error.strerror or error}. "
            "Point TMPDIR to a folder with more room."
        ) from error
