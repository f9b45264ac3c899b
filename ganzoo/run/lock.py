"""One process at a time is at work in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ganzoo.errors import GanzooError
from ganzoo.run.files import unwritable
from ganzoo.run.folder import Run


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Hold the run. Raises GanzooError where another process does."""
    busy = f"{run.path} is being trained by another process. Wait for it to end, or stop it."
    with held(run.path, busy):
        yield


@contextmanager
def held(folder: Path, busy: str) -> Iterator[None]:
    """Hold a folder by its file ``.lock``. Raises GanzooError with the sentence ``busy`` where
    another process does, and where it cannot be written to; the lock of one that died is free."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:  # which is an OSError
        raise GanzooError(busy) from None
    except OSError as error:
        raise unwritable(folder / ".lock", error) from error
    try:
        yield
    finally:
        lock.release()  # the file stays: to remove it would let two in
