"""A folder of image files as one array: decoded once, then read from the cache."""

from __future__ import annotations

import time
import warnings
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from ganzoo.data.decoded_cache import DecodedCache
from ganzoo.data.image_files import ImageFiles, Tally
from ganzoo.data.images import Pixels
from ganzoo.errors import GanzooError

RESIDENT_LIMIT = 2 << 30  # bytes: more decoded pixels than this are memory-mapped
SLOW = 3.0  # seconds: folders that take longer to decode are kept in the cache
_MEASURED = 0.5  # seconds of decoding from which the time for all files is estimated


@dataclass(frozen=True)
class Decoded:
    """The decoded files. pixels: uint8 or uint16 (N, C, H, W). checksum: a SHA-256 over the names
    and the contents of the files. top: the largest value of all 16-bit gray images, 0 if there is
    no such image. several: the number of files with more than one frame or page; only the first is
    read."""

    pixels: Pixels
    checksum: str
    top: int
    several: int


def read(files: ImageFiles, cache: Path) -> Decoded:
    """The decoded files.

    Files that take more than RESIDENT_LIMIT bytes, or more than SLOW seconds to decode, are decoded
    once and kept in the folder ``cache``; after a change to the files or to the options they are
    decoded again. More than RESIDENT_LIMIT bytes are memory-mapped. Raises GanzooError with the
    names of all files that cannot be read, or with the name of a file whose shape differs from that
    of the first. Warns if the cache cannot be written; raises GanzooError if the pixels take more
    than RESIDENT_LIMIT bytes, and so need the cache.
    """
    with warnings.catch_warnings():
        # Pillow warns of a possible attack for large images that it still decodes.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        kept, key = DecodedCache(cache), files.key()
        if found := _found(kept, key):
            return found
        shape = files.shape()
        if files.nbytes(shape) > RESIDENT_LIMIT:
            return _on_disk(files, shape, kept, key)
        return _in_memory(files, shape, kept, key)


def _in_memory(files: ImageFiles, shape: tuple[int, ...], kept: DecodedCache, key: str) -> Decoded:
    """The files decoded into memory, and written to the cache if that takes long."""
    pixels, tally = np.empty(shape, files.form.dtype), Tally()
    started, slow = time.monotonic(), False
    with ExitStack() as stack:
        decoded = stack.enter_context(closing(files.pixels(shape, tally)))
        for row, picture in enumerate(decoded):
            pixels[row] = picture
            if not slow and _estimate(time.monotonic() - started, row + 1, shape[0]) > SLOW:
                slow = True
                stack.enter_context(kept.locked(key))
                if found := _found(kept, key):  # another process has decoded the files
                    return found
        if slow:
            try:
                kept.write(key, files, shape, [pixels], tally)
            except OSError as error:
                warnings.warn(
                    f"{_unwritten(files, shape, kept, error)}, and the images will be decoded "
                    "again at the next start. Free space there, or choose another folder with "
                    "GANZOO_CACHE.",
                    stacklevel=4,
                )
    return Decoded(pixels, tally.digest.hexdigest(), tally.top, tally.several)


def _on_disk(files: ImageFiles, shape: tuple[int, ...], kept: DecodedCache, key: str) -> Decoded:
    """The files decoded into the cache, and memory-mapped."""
    with kept.locked(key):
        if found := _found(kept, key):  # another process has decoded the files
            return found
        tally = Tally()
        try:
            with closing(files.pixels(shape, tally)) as pixels:
                kept.write(key, files, shape, pixels, tally)
        except OSError as error:
            raise GanzooError(
                f"{_unwritten(files, shape, kept, error)}. Free space there, choose another "
                "folder with GANZOO_CACHE, or make the images smaller with "
                "`--set dataset.size=64`."
            ) from error
        found = _found(kept, key)
    if found is None:
        raise GanzooError(
            f"The decoded images of {files.folder} were written to {kept.folder} and cannot be "
            "read there. Choose another folder with GANZOO_CACHE."
        )
    return found


def _found(kept: DecodedCache, key: str) -> Decoded | None:
    found = kept.read(key, RESIDENT_LIMIT)
    if found is None:
        return None
    pixels, about = found
    return Decoded(pixels, about.checksum, about.top, about.several)


def _estimate(seconds: float, done: int, total: int) -> float:
    """The seconds that decoding all files will take; 0 if it is too early for an estimate."""
    return seconds * total / done if seconds > _MEASURED or done == total else 0.0


def _unwritten(
    files: ImageFiles, shape: tuple[int, ...], kept: DecodedCache, error: OSError
) -> str:
    return (
        f"The decoded images of {files.folder}, {files.nbytes(shape) / 1e9:.3g} GB, cannot be "
        f"written to {kept.folder}: {error.strerror or error}"
    )
