"""Many image files as one array: in memory, or in a memory-mapped file if the array is large."""

from __future__ import annotations

import hashlib
import math
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePath

import numpy as np
from PIL import Image

from ganzoo.data.files import clear_parts, read_bytes, unreadable
from ganzoo.data.images import Picture, Pixels, read, reason
from ganzoo.errors import GanzooError

RESIDENT_LIMIT = 2 << 30  # bytes: more decoded pixels than this are memory-mapped
_BLOCK = 64 << 20  # bytes of pixels decoded between two writes
_VERSION = 2  # raise it when ``read`` returns other pixels, so that old cache files are not used
_NAMED = 10  # damaged files that a message names; the others are only counted


@dataclass(frozen=True)
class Decoded:
    """The decoded files. pixels: uint8 (N, C, H, W). checksum: a SHA-256 over the names and the
    contents of the files. top: the largest value of all 16-bit gray images, 0 if there is no such
    image. several: the number of files with more than one frame or page; only the first is read."""

    pixels: Pixels
    checksum: str
    top: int
    several: int


class _Damaged(Exception):
    """A file that cannot be read. reason: a few words; sentence: a full message with the path."""

    def __init__(self, reason: str, sentence: str) -> None:
        self.reason, self.sentence = reason, sentence


@dataclass
class _Tally:
    """The checksum and the counts, updated with each decoded file."""

    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    top: int = 0
    several: int = 0

    def add(self, name: PurePath, picture: Picture, sha256: bytes) -> None:
        self.digest.update(name.as_posix().encode(errors="surrogateescape") + b"\0" + sha256)
        self.top = max(self.top, picture.top)
        self.several += picture.several


@dataclass(frozen=True)
class Images:
    """The files to decode: ``names`` in ``folder``. size, channels, bits: see ``images.read``."""

    folder: Path
    names: list[PurePath]
    size: int | None = None
    channels: int | None = None
    bits: int | None = None

    def read(self, cache: Path) -> Decoded:
        """The decoded files.

        More than RESIDENT_LIMIT bytes are decoded once into a file in ``cache`` and memory-mapped;
        after a change to the folder or to the options they are decoded into a new file. Raises
        GanzooError with the names of all files that cannot be read, or with the name of a file
        whose shape differs from that of the first.
        """
        with warnings.catch_warnings():
            # Pillow warns of a possible attack for large images that it still decodes.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return self._read(cache)

    def _read(self, cache: Path) -> Decoded:
        shape = (len(self.names), *self._shape())
        if math.prod(shape) <= RESIDENT_LIMIT:
            pixels, tally = np.empty(shape, np.uint8), _Tally()
            done = 0
            for block in self._blocks(shape, tally):
                pixels[done : done + len(block)] = block
                done += len(block)
            return Decoded(pixels, tally.digest.hexdigest(), tally.top, tally.several)
        # The checksum and the counts are in the file's name, so that one rename, after the file is
        # whole, makes pixels, checksum and counts valid together.
        key = self._key()
        path = next(cache.glob(f"{key}-*.npy"), None) or self._write(cache, key, shape)
        try:
            _, top, several, checksum = path.stem.split("-")
            # Copy on write: torch needs writable memory, and the file must not change.
            return Decoded(np.load(path, mmap_mode="c"), checksum, int(top), int(several))
        except (OSError, ValueError) as error:
            raise GanzooError(
                f"{path}, the decoded images of {self.folder}, cannot be read ({error}). "
                "Delete it, and it is made again."
            ) from error

    def _write(self, cache: Path, key: str, shape: tuple[int, ...]) -> Path:
        part = cache / f".{key}.{os.getpid()}.part"
        tally = _Tally()
        try:
            cache.mkdir(parents=True, exist_ok=True)
            clear_parts(cache)
            try:
                with part.open("wb") as file:
                    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
                    np.lib.format.write_array_header_1_0(file, header)
                    # Not through a memory map: a full disk would kill the process with SIGBUS.
                    for block in self._blocks(shape, tally):
                        file.write(block.data)
                known = f"{tally.top}-{tally.several}-{tally.digest.hexdigest()}"
                return part.replace(cache / f"{key}-{known}.npy")
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise GanzooError(
                f"The decoded images of {self.folder}, {math.prod(shape) / 1e9:.1f} GB, cannot be "
                f"written to {cache}: {error.strerror or error}. Free space there, choose another "
                "folder with GANZOO_CACHE, or make the images smaller with `--set dataset.size=64`."
            ) from error

    def _shape(self) -> tuple[int, ...]:
        """(C, H, W) of the first file that can be read."""
        faults = []
        for name in self.names:
            try:
                return self._decode(name)[0].pixels.shape
            except _Damaged as fault:
                faults.append((name, fault))
        raise self._refused(faults)

    def _blocks(self, shape: tuple[int, ...], tally: _Tally) -> Iterator[Pixels]:
        """The images in order, in blocks (n, C, H, W). Adds each file to ``tally``."""
        step = max(1, _BLOCK // math.prod(shape[1:]))
        faults = []
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            for start in range(0, len(self.names), step):
                names = self.names[start : start + step]
                block = np.empty((len(names), *shape[1:]), np.uint8)
                for row, (name, result) in enumerate(
                    zip(names, pool.map(self._tried, names), strict=True)
                ):
                    if isinstance(result, _Damaged):
                        faults.append((name, result))
                        continue
                    picture, sha256 = result
                    self._check_shape(name, picture.pixels.shape, shape[1:])
                    block[row] = picture.pixels
                    tally.add(name, picture, sha256)
                if not faults:  # after a fault, files are read only to find further faults
                    yield block
        if faults:
            raise self._refused(faults)

    def _tried(self, name: PurePath) -> tuple[Picture, bytes] | _Damaged:
        try:
            return self._decode(name)
        except _Damaged as fault:
            return fault

    def _decode(self, name: PurePath) -> tuple[Picture, bytes]:
        """One decoded file, and the SHA-256 of its bytes. Raises _Damaged if it cannot be read."""
        path = self.folder / name
        try:
            data = read_bytes(path)
        except GanzooError as error:
            cause = error.__cause__
            why = (isinstance(cause, OSError) and cause.strerror) or "no regular file"
            raise _Damaged(why, str(error)) from error
        try:
            return read(data, self.size, self.channels, self.bits), hashlib.sha256(data).digest()
        except Exception as error:  # Pillow's decoders raise many types of errors
            why = reason(error, data)
            sentence = f"{path} is not an image that can be read ({why}). Repair or remove it."
            raise _Damaged(why, sentence) from error

    def _refused(self, faults: list[tuple[PurePath, _Damaged]]) -> GanzooError:
        """The error that names all the files that cannot be read."""
        if len(faults) == 1:
            return GanzooError(faults[0][1].sentence)
        named = ", ".join(f"{name} ({fault.reason})" for name, fault in faults[:_NAMED])
        more = f", and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        return GanzooError(
            f"{len(faults)} of the {len(self.names)} image files in {self.folder} cannot be read: "
            f"{named}{more}. Repair or remove them."
        )

    def _check_shape(
        self, name: PurePath, shape: tuple[int, ...], expected: tuple[int, ...]
    ) -> None:
        if shape == expected:
            return
        if shape[0] != expected[0]:
            kinds = {1: "gray", 3: "colour"}
            form, first_form = kinds[shape[0]], kinds[expected[0]]
            setting = "dataset.channels=3` (or 1)"
        else:
            form, first_form = f"{shape[2]}x{shape[1]}", f"{expected[2]}x{expected[1]}"
            setting = "dataset.size=64`, for example"
        raise GanzooError(
            f"{self.folder / self.names[0]} is {first_form} and {self.folder / name} is {form}. "
            f"Bring all images to one form with `--set {setting}."
        )

    def _key(self) -> str:
        """A digest of the names, sizes and times of the files and of the options: 16 hexadecimal
        digits. The contents are not read, because reading all files takes long."""
        files = []
        for name in self.names:
            try:
                stat = (self.folder / name).stat()
            except OSError as error:
                raise unreadable(self.folder / name, error) from error
            files.append((name.as_posix(), stat.st_size, stat.st_mtime_ns))
        options = (self.size, self.channels, self.bits)
        content = (_VERSION, str(self.folder.resolve()), options, files)
        return hashlib.sha256(repr(content).encode(errors="surrogateescape")).hexdigest()[:16]
