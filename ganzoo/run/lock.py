"""One process at a time trains a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from ganzoo.errors import GanzooError
from ganzoo.run.files import unwritable
from ganzoo.run.folder import Run


@contextmanager
def locked(run: Run) -> Iterator[None]:
    """Hold the run. Raises GanzooError where another process does; the lock of one that died is
    free."""
    lock = FileLock(run.path / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:  # which is an OSError
        raise GanzooError(
            f"{run.path} is being trained by another process. Wait for it to end, or stop it."
        ) from None
    except OSError as error:
        raise unwritable(run.path / ".lock", error) from error
    try:
        yield
    finally:
        lock.release()  # the file stays: to remove it would let two in
