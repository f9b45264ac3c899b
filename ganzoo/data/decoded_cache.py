"""The cache of decoded images: one folder for each folder of images and choice of options.

An entry is the folder ``<key>`` with the files ``pixels.npy`` and ``about.json``. It is written
under another name and renamed, so an entry is whole or absent. The key has everything the pixels
depend on (``ImageFiles.key``): after a change to the images, the entry is never read again.
"""

from __future__ import annotations

import logging
import os
import shutil
import time
import warnings
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np
from filelock import FileLock, Timeout

from ganzoo.data.files import clear_parts
from ganzoo.data.form import DType
from ganzoo.data.image_files import ImageFiles, Tally
from ganzoo.data.images import Pixels

log = logging.getLogger(__name__)


class About(msgspec.Struct, frozen=True):
    """The contents of ``about.json``. folder: of the images. shape: (N, C, H, W). checksum, top,
    several: see ``Tally``. size, mtime_ns: of ``pixels.npy``; crc32: of the pixels in it."""

    folder: str
    shape: list[int]
    checksum: str
    top: int
    several: int
    size: int
    mtime_ns: int
    crc32: int


@dataclass(frozen=True)
class Entry:
    """An entry as a user sees it. folder: the folder of the images, "" if it is unknown because
    another version of ganzoo wrote the entry. shape: (N, C, H, W). size: bytes on the disk. used:
    the time of the last use, in seconds since 1970."""

    path: Path
    folder: str
    shape: list[int]
    size: int
    used: float


def place_of(folder: Path) -> str:
    """The absolute path of a folder without links; bytes that are no UTF-8 are escaped."""
    return str(folder.resolve()).encode(errors="backslashreplace").decode()


class DecodedCache:
    """The entries in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, key: str, resident_limit: int) -> tuple[Pixels, About] | None:
        """The entry's pixels, uint8 or uint16 (N, C, H, W): in memory, or memory-mapped if they
        take more bytes than ``resident_limit``. None if there is no entry, or if it is damaged, of
        which it warns.

        Pixels that are read into memory are checked by their CRC-32. Of a memory-mapped file the
        size and the time of the last change are checked, because reading all of it takes long.
        """
        path = self.folder / key
        if not path.exists():
            return None
        try:
            about = msgspec.json.decode((path / "about.json").read_bytes(), type=About)
            stat = (path / "pixels.npy").stat()
            if (stat.st_size, stat.st_mtime_ns) != (about.size, about.mtime_ns):
                raise ValueError("its pixels were changed after they were written")
            pixels = _mapped(path / "pixels.npy")
            if pixels.nbytes <= resident_limit:
                pixels = np.array(pixels)
                if zlib.crc32(pixels.data) != about.crc32:
                    raise ValueError("its pixels have another checksum than those written")
        except (OSError, ValueError, EOFError) as error:  # msgspec's errors are ValueErrors
            warnings.warn(
                f"{path}, the decoded images of a folder, is damaged ({error}). The images are "
                "decoded again.",
                stacklevel=4,
            )
            return None
        with suppress(OSError):  # the time of the last use; the cache may be read-only
            os.utime(path / "about.json")
        return pixels, about

    def write(
        self,
        key: str,
        files: ImageFiles,
        shape: tuple[int, ...],
        pixels: Iterable[Pixels],
        tally: Tally,
    ) -> None:
        """Write an entry in pieces of any number of images, (C, H, W) or (n, C, H, W). ``tally``
        has all files when the last piece is taken. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.remove_abandoned()
        part = self.folder / f".{key}.{uuid4().hex}.part"
        part.mkdir()
        try:
            path = part / "pixels.npy"
            crc32 = _write_pixels(path, shape, files.form.dtype, pixels)
            now = time.time_ns()
            os.utime(path, ns=(now, now))  # so that no late write of the system changes the time
            stat = path.stat()
            about = About(
                folder=place_of(files.folder),
                shape=list(shape),
                checksum=tally.digest.hexdigest(),
                top=tally.top,
                several=tally.several,
                size=stat.st_size,
                mtime_ns=stat.st_mtime_ns,
                crc32=crc32,
            )
            (part / "about.json").write_bytes(msgspec.json.encode(about))
            self.remove(self.folder / key)  # it is damaged, or it would have been read
            _rename(part, self.folder / key)
        finally:
            shutil.rmtree(part, ignore_errors=True)

    def entries(self) -> list[Entry]:
        """All entries, the last used first. Raises OSError if the folder cannot be read."""
        if not self.folder.exists():
            return []
        paths = [path for path in self.folder.iterdir() if not path.name.startswith(".")]
        return sorted(map(_entry, paths), key=lambda entry: -entry.used)

    def remove(self, path: Path) -> None:
        """Remove an entry, or a file of an older version, if it is there. A process that has mapped
        its pixels goes on with them. Raises OSError."""
        hidden = path.with_name(f".{path.name}.{uuid4().hex}.part")
        try:
            path.rename(hidden)  # first, so that no process reads half an entry
        except FileNotFoundError:
            return
        if hidden.is_dir():
            shutil.rmtree(hidden)
        else:
            hidden.unlink()

    def remove_abandoned(self) -> None:
        """Remove the unfinished entries of killed processes, an hour after their last write."""
        clear_parts(self.folder)

    @contextmanager
    def locked(self, key: str) -> Iterator[None]:
        """Hold the lock of an entry, so that only one process decodes the images while the others
        wait; without a lock if the folder cannot have one. The system frees the lock of a process
        that ends."""
        lock = FileLock(self.folder / f".{key}.lock")
        with suppress(OSError, NotImplementedError):
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                lock.acquire(timeout=0)
            except Timeout:
                log.info("waiting for another process that is decoding the same images")
                lock.acquire()
        try:
            yield
        finally:
            lock.release()  # the file stays: without it, two processes could hold the lock


def _write_pixels(
    path: Path, shape: tuple[int, ...], dtype: DType, pixels: Iterable[Pixels]
) -> int:
    """Write an array in pieces, and return the CRC-32 of its values."""
    crc32 = 0
    with path.open("wb", buffering=1 << 20) as file:
        header = {"descr": dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(file, header)
        # Not through a memory map: a full disk would kill the process with SIGBUS.
        for piece in pixels:
            file.write(piece.data)
            crc32 = zlib.crc32(piece.data, crc32)
        file.flush()
        os.fsync(file.fileno())
    return crc32


def _rename(part: Path, path: Path) -> None:
    try:
        part.rename(path)
    except OSError:  # without a lock, another process may have written the same entry
        if not path.exists():
            raise


def _mapped(path: Path) -> Pixels:
    """The array in a file, memory-mapped: copy on write, or read-only if it is larger than the
    memory of this machine, for which Linux refuses copy on write."""
    try:
        return np.load(path, mmap_mode="c")  # type: ignore[no-any-return]
    except OSError:
        return np.load(path, mmap_mode="r")  # type: ignore[no-any-return]


def _entry(path: Path) -> Entry:
    stats = [file.stat() for file in (path.iterdir() if path.is_dir() else [path])]
    size, used = sum(stat.st_size for stat in stats), max((s.st_mtime for s in stats), default=0.0)
    try:
        about = msgspec.json.decode((path / "about.json").read_bytes(), type=About)
    except (OSError, ValueError):
        return Entry(path, "", [], size, used)
    return Entry(path, about.folder, about.shape, size, used)
