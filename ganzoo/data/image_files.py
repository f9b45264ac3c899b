"""Image files decoded in parallel, in the order of their names."""

from __future__ import annotations

import hashlib
import math
import os
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import astuple, dataclass, field
from pathlib import Path, PurePath

import PIL
from PIL import features

from ganzoo.data.form import CHANNELS, Form, in_words
from ganzoo.data.images import Picture, Pixels, read, reason
from ganzoo.data.progress import report
from ganzoo.data.source import Source
from ganzoo.errors import GanzooError

_VERSION = 3  # raise it when ``read`` returns other pixels, so that old cache entries are not used
_NAMED = 10  # damaged files that a message names; the others are only counted
_MOST_THREADS = 16  # more threads wait for each other: opening a file holds Python's lock
_AHEAD = 4  # images a thread may be ahead of the image that is taken next


class Damaged(Exception):
    """A file that cannot be read. reason: a few words; sentence: a full message with the path."""

    def __init__(self, reason: str, sentence: str) -> None:
        self.reason, self.sentence = reason, sentence


@dataclass
class Tally:
    """The checksum and the counts, updated with each decoded file. digest: over the names and the
    contents of the files. top: the largest value of all 16-bit gray images, 0 if there is no such
    image. several: the number of files with more than one frame or page."""

    digest: hashlib._Hash = field(default_factory=hashlib.sha256)
    top: int = 0
    several: int = 0

    def add(self, name: PurePath, picture: Picture, sha256: bytes) -> None:
        self.digest.update(name.as_posix().encode(errors="surrogateescape") + b"\0" + sha256)
        self.top = max(self.top, picture.top)
        self.several += picture.several


@dataclass(frozen=True)
class ImageFiles:
    """The files to decode: ``names`` in ``folder``, which lies in ``source``; and the form that
    they are brought to."""

    source: Source
    folder: Path
    names: list[PurePath]
    form: Form = Form()  # noqa: RUF009 - it is frozen

    def key(self) -> str:
        """A digest of all that the pixels depend on, 32 hexadecimal digits: the names, the sizes
        and the times of the files (last change of the content and of the file's entry), the
        options, and the versions of the decoders. The contents are not read, because reading all
        files takes long."""
        files = [(name.as_posix(), self.source.state(self.folder / name)) for name in self.names]
        decoders = (_VERSION, PIL.__version__, features.version("jpg"))
        content = repr((decoders, str(self.folder.resolve()), astuple(self.form), files))
        return hashlib.sha256(content.encode(errors="surrogateescape")).hexdigest()[:32]

    def shape(self) -> tuple[int, ...]:
        """(N, C, H, W), with the C, H and W of the first file that can be read. Raises GanzooError
        with the names of the files if none can be read."""
        faults = []
        for name in self.names:
            try:
                return (len(self.names), *self._decode(name)[0].pixels.shape)
            except Damaged as fault:
                faults.append((name, fault))
        raise self._refused(faults)

    def nbytes(self, shape: tuple[int, ...]) -> int:
        """The bytes of an array of this shape."""
        return math.prod(shape) * self.form.dtype.itemsize

    def pixels(self, shape: tuple[int, ...], tally: Tally) -> Generator[Pixels, None, None]:
        """The pixels of each file in order, (C, H, W). Adds each file to ``tally``.

        Raises GanzooError with the names of all files that cannot be read, or with the name of a
        file whose shape differs from that of the first.
        """
        faults = []
        try:
            for done, (name, result) in enumerate(self.results(), start=1):
                if isinstance(result, Damaged):
                    faults.append((name, result))
                else:
                    picture, sha256 = result
                    self._check_shape(name, picture.pixels.shape, shape[1:])
                    tally.add(name, picture, sha256)
                    if not faults:  # after a fault, files are read only to find further faults
                        yield picture.pixels
                report(done, len(self.names))
            if faults:
                raise self._refused(faults)
        finally:
            report(len(self.names), len(self.names))

    def results(self) -> Iterator[tuple[PurePath, tuple[Picture, bytes] | Damaged]]:
        """Each file, in order, with its picture and the SHA-256 of its bytes, or with its fault.

        Threads and not processes: Pillow's decoders run outside Python's lock, no pixels are sent
        between processes, and a script needs no ``if __name__ == "__main__"``.
        """
        threads = min(usable_cpus(), _MOST_THREADS)
        waiting: deque[tuple[PurePath, Future[tuple[Picture, bytes] | Damaged]]] = deque()
        with ThreadPoolExecutor(threads) as pool:
            for name in self.names:
                waiting.append((name, pool.submit(self._tried, name)))
                if len(waiting) > _AHEAD * threads:
                    first, future = waiting.popleft()
                    yield first, future.result()
            while waiting:
                first, future = waiting.popleft()
                yield first, future.result()

    def _tried(self, name: PurePath) -> tuple[Picture, bytes] | Damaged:
        try:
            return self._decode(name)
        except Damaged as fault:
            return fault

    def _decode(self, name: PurePath) -> tuple[Picture, bytes]:
        """One decoded file, and the SHA-256 of its bytes. Raises Damaged if it cannot be read."""
        path = self.folder / name
        try:
            data = self.source.read(path)
        except GanzooError as error:
            cause = error.__cause__
            why = (isinstance(cause, OSError) and cause.strerror) or str(cause or "no regular file")
            raise Damaged(why, str(error)) from error
        try:
            return read(data, self.form), hashlib.sha256(data).digest()
        except Exception as error:  # Pillow's decoders raise many types of errors
            why = reason(error, data)
            sentence = f"{path} is not an image that can be read ({why}). Repair or remove it."
            raise Damaged(why, sentence) from error

    def _refused(self, faults: list[tuple[PurePath, Damaged]]) -> GanzooError:
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
            form, first_form = CHANNELS[shape[0]], CHANNELS[expected[0]]
            setting = "dataset.channels=3` (or 1)"
        else:
            form, first_form = in_words(*shape[1:]), in_words(*expected[1:])
            setting = "dataset.size=64` (or 48x64, height x width), for example"
        raise GanzooError(
            f"{self.folder / self.names[0]} is {first_form} and {self.folder / name} is {form}. "
            f"Bring all images to one form with `--set {setting}."
        )


def usable_cpus() -> int:
    """The CPUs that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
