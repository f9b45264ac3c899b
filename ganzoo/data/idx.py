"""IDX, the file format of MNIST: a magic number, the dimensions, and then the bytes.

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

import torch
from torch import Tensor

from ganzoo.data.files import damaged, read_bytes

_GZIP = b"\x1f\x8b"


def read_idx(path: Path, dims: int, dataset: str) -> tuple[Tensor, str]:
    """The uint8 tensor with ``dims`` dimensions that an IDX file holds, and the SHA-256 of its
    bytes. A file whose name ends in ``.gz`` is decompressed first, and has the same SHA-256.

    Raises GanzooError: which file, what is wrong with it, and how to get ``dataset`` again.
    """
    data = read_bytes(path)
    if path.suffix == ".gz":
        try:
            data = gzip.decompress(data)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise damaged(path, f"is a damaged gzip file ({error})", dataset) from error
    return _parse(data, path, dims, dataset), hashlib.sha256(data).hexdigest()


def _parse(data: bytes, path: Path, dims: int, dataset: str) -> Tensor:
    start = 4 + 4 * dims
    if data.startswith(_GZIP):
        raise damaged(path, f"is a gzip file that is not named {path.name}.gz", dataset)
    if len(data) < 4:
        raise damaged(path, f"is cut short: it has {len(data)} bytes", dataset)
    if data[:3] != b"\x00\x00\x08":
        expected = f"0x{bytes([0, 0, 8, dims]).hex()}"
        raise damaged(
            path, f"is not IDX: it begins with 0x{data[:4].hex()}, not {expected}", dataset
        )
    if data[3] != dims:
        raise damaged(path, f"has {data[3]} dimensions where {dims} are expected", dataset)
    if len(data) < start:
        raise damaged(path, f"is cut short: it ends at byte {len(data)}, in its header", dataset)
    shape = struct.unpack(f">{dims}I", data[4:start])
    promised, actual = math.prod(shape), len(data) - start
    if promised == 0:
        raise damaged(path, f"holds nothing: its dimensions are {shape}", dataset)
    if actual < promised:
        raise damaged(
            path, f"is cut short: its header promises {promised} bytes, {actual} follow", dataset
        )
    if actual > promised:
        raise damaged(
            path, f"has {actual - promised} bytes more than the {promised} it promises", dataset
        )
    # bytes are read-only, which a tensor cannot be.
    return torch.frombuffer(bytearray(data), dtype=torch.uint8, offset=start).reshape(shape)
