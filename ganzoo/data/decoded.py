"""Many image files as one array: in memory, or in a file where memory is too small for them."""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath

import numpy as np

from ganzoo.data.files import unreadable
from ganzoo.data.images import Pixels, decode
from ganzoo.errors import GanzooError

RESIDENT_LIMIT = 2 << 30  # bytes of decoded pixels up to which they are held in memory
_BLOCK = 64 << 20  # bytes of pixels decoded between two writes
_VERSION = 1  # to be raised when ``decode`` returns other pixels: old caches are then not found


@dataclass(frozen=True)
class Images:
    """What to decode: the files ``names`` of ``folder``, and how (see ``decode``)."""

    folder: Path
    names: list[PurePath]
    size: int | None
    channels: int | None

    def read(self, cache: Path) -> tuple[Pixels, str]:
        """uint8 (N, C, H, W), and a SHA-256 over the names and the contents of the files.

        More than RESIDENT_LIMIT bytes are decoded once into a file in ``cache`` and mapped from
        there; a change to the folder or to the options makes another. Raises GanzooError, with the
        file, for one that cannot be read, or that has another shape than the first.
        """
        shape = (len(self.names), *self._decode(self.names[0])[0].shape)
        if math.prod(shape) <= RESIDENT_LIMIT:
            pixels, digest = np.empty(shape, np.uint8), hashlib.sha256()
            done = 0
            for block in self._blocks(shape, digest):
                pixels[done : done + len(block)] = block
                done += len(block)
            return pixels, digest.hexdigest()
        # The checksum is in the name: one file, renamed when it is whole, is never half valid.
        key = self._key()
        path = next(cache.glob(f"{key}-*.npy"), None) or self._write(cache, key, shape)
        try:
            # Copy on write: torch wants memory that it may write to, and the file must not change.
            return np.load(path, mmap_mode="c"), path.stem.rpartition("-")[2]
        except (OSError, ValueError) as error:
            raise GanzooError(
                f"{path}, the decoded images of {self.folder}, cannot be read ({error}). "
                "Delete it, and it is made again."
            ) from error

    def _write(self, cache: Path, key: str, shape: tuple[int, ...]) -> Path:
        part = cache / f".{key}.{os.getpid()}.part"
        digest = hashlib.sha256()
        try:
            cache.mkdir(parents=True, exist_ok=True)
            try:
                with part.open("wb") as file:
                    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(file, header)
                    # Not through a memory map: that would die of SIGBUS when the disk is full.
                    for block in self._blocks(shape, digest):
                        file.write(block.data)
                return part.replace(cache / f"{key}-{digest.hexdigest()}.npy")
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise GanzooError(
                f"The decoded images of {self.folder}, {math.prod(shape) / 1e9:.1f} GB, cannot be "
                f"written to {cache}: {error.strerror or error}. Free space there, choose another "
                "place with --data-dir or GANZOO_DATA, or decode to less with "
                "`--set dataset.size=64`."
            ) from error

    def _blocks(self, shape: tuple[int, ...], digest: hashlib._Hash) -> Iterator[Pixels]:
        """The images in order, some (n, C, H, W) at a time; ``digest`` is fed their files."""
        step = max(1, _BLOCK // math.prod(shape[1:]))
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            for start in range(0, len(self.names), step):
                names = self.names[start : start + step]
                block = np.empty((len(names), *shape[1:]), np.uint8)
                for row, (name, (image, sha256)) in enumerate(
                    zip(names, pool.map(self._decode, names), strict=True)
                ):
                    self._same(name, image.shape, shape[1:])
                    block[row] = image
                    digest.update(name.as_posix().encode(errors="surrogateescape") + b"\0" + sha256)
                yield block

    def _decode(self, name: PurePath) -> tuple[Pixels, bytes]:
        """The pixels of one file, and the SHA-256 of its bytes."""
        path = self.folder / name
        try:
            data = path.read_bytes()
        except OSError as error:
            raise unreadable(path, error) from error
        try:
            return decode(data, self.size, self.channels), hashlib.sha256(data).digest()
        except Exception as error:  # Pillow's decoders raise whatever they trip over
            raise GanzooError(
                f"{path} is not an image that can be read ({error}). Mend or remove it."
            ) from error

    def _same(self, name: PurePath, shape: tuple[int, ...], expected: tuple[int, ...]) -> None:
        if shape == expected:
            return
        if shape[0] != expected[0]:
            kinds = {1: "gray", 3: "colour"}
            here, there, way = kinds[shape[0]], kinds[expected[0]], "dataset.channels=3` (or 1)"
        else:
            here, there = f"{shape[2]}x{shape[1]}", f"{expected[2]}x{expected[1]}"
            way = "dataset.size=64`, say"
        raise GanzooError(
            f"{self.folder / self.names[0]} is {there} and {self.folder / name} is {here}. "
            f"Bring all images to one form with `--set {way}."
        )

    def _key(self) -> str:
        """What the cached file depends on, as a short digest: reading all files would take long."""
        files = []
        for name in self.names:
            try:
                stat = (self.folder / name).stat()
            except OSError as error:
                raise unreadable(self.folder / name, error) from error
            files.append((name.as_posix(), stat.st_size, stat.st_mtime_ns))
        wanted = (_VERSION, str(self.folder.resolve()), self.size, self.channels, files)
        return hashlib.sha256(repr(wanted).encode(errors="surrogateescape")).hexdigest()[:16]
