"""IDX, the file format of MNIST: a magic number, the dimensions, and the data.

Described at http://yann.lecun.com/exdb/mnist/: two zero bytes, a type (0x08: unsigned bytes), the
number of dimensions, each dimension as a big-endian 32-bit integer, and the data in C order.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import struct
import zlib
from pathlib import Path
from typing import IO, cast

import torch
from torch import Tensor

from ganzoo.data.files import damaged, regular, unreadable

_GZIP = b"\x1f\x8b"
_SPARE = 1 << 16  # bytes read after the promised end, to count bytes that should not be there


def read_idx(
    path: Path, dims: int, dataset: str, shape: tuple[int, ...] | None = None
) -> tuple[Tensor, str]:
    """The uint8 tensor of an IDX file with ``dims`` dimensions, and the SHA-256 of the file's
    bytes. A file whose name ends in ``.gz`` is decompressed first, and has the same SHA-256.

    At most the bytes that the header promises, and 65,536 more, are read or decompressed; none if
    the dimensions are not the expected ``shape``. Raises GanzooError with the path, the problem,
    and the command that downloads ``dataset`` again.
    """
    regular(path)
    try:
        with _open(path) as file:
            start = file.read(4 + 4 * dims)
            promised = _header(start, path, dims, dataset, shape)
            data = bytearray(start + _content(file, math.prod(promised), path, dataset))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise damaged(path, f"is a damaged gzip file ({error})", dataset) from error
    except OSError as error:
        raise unreadable(path, error) from error
    digest = hashlib.sha256(data).hexdigest()
    return torch.frombuffer(data, dtype=torch.uint8, offset=len(start)).reshape(promised), digest


def _open(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed if it is a ``.gz`` file."""
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _header(
    start: bytes, path: Path, dims: int, dataset: str, shape: tuple[int, ...] | None
) -> tuple[int, ...]:
    """The dimensions in the header of the file."""
    if start.startswith(_GZIP):
        raise damaged(path, f"is a gzip file that is not named {path.name}.gz", dataset)
    if len(start) < 4:
        raise damaged(path, f"is cut short: it has {len(start)} bytes", dataset)
    if start[:3] != b"\x00\x00\x08":
        expected = f"0x{bytes([0, 0, 8, dims]).hex()}"
        raise damaged(
            path, f"is not IDX: it begins with 0x{start[:4].hex()}, not {expected}", dataset
        )
    if start[3] != dims:
        raise damaged(path, f"has {start[3]} dimensions where {dims} are expected", dataset)
    if len(start) < 4 + 4 * dims:
        raise damaged(path, f"is cut short: it ends at byte {len(start)}, in its header", dataset)
    promised = struct.unpack(f">{dims}I", start[4:])
    if math.prod(promised) == 0:
        raise damaged(path, f"holds no data: its dimensions are {promised}", dataset)
    if shape is not None and promised != shape:
        problem = f"has the dimensions {promised} where {shape} are expected"
        raise damaged(path, problem, dataset)
    return promised


def _content(file: IO[bytes], promised: int, path: Path, dataset: str) -> bytes:
    """The bytes after the header: exactly ``promised`` bytes, else GanzooError."""
    pieces, left = [], promised + _SPARE
    while left and (piece := file.read(min(left, 1 << 24))):  # a damaged header may promise much
        pieces.append(piece)
        left -= len(piece)
    actual = promised + _SPARE - left
    if actual < promised:
        raise damaged(
            path, f"is cut short: its header promises {promised} bytes, {actual} follow", dataset
        )
    if actual > promised:
        least = "" if left else "at least "
        problem = f"has {least}{actual - promised} bytes more than the {promised} it promises"
        raise damaged(path, problem, dataset)
    return b"".join(pieces)
