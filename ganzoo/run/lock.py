"""A lock, so that only one process at a time works in a folder."""

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
    """Lock the run. Raises GanzooError if another process has locked it."""
    busy = f"{run.path} is being trained by another process. Wait for it to end, or stop it."
    with held(run.path, busy):
        yield


@contextmanager
def held(folder: Path, busy: str) -> Iterator[None]:
    """Lock a folder by its file ``.lock``. Raises GanzooError with the sentence ``busy`` if another
    process has locked it, and GanzooError if the folder cannot be written. The system frees the
    lock of a process that ends."""
    if (folder / ".lock").is_symlink():  # some versions of filelock would empty its target
        raise GanzooError(f"{folder / '.lock'} is a link. Remove it.")
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:  # before OSError, because Timeout is an OSError
        raise GanzooError(busy) from None
    except OSError as error:
        raise unwritable(folder / ".lock", error) from error
    try:
        yield
    finally:
        lock.release()  # the file stays: without it, two processes could hold the lock
