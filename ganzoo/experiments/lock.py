"""One process at a time is at work on the runs of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from ganzoo.errors import GanzooError
from ganzoo.run.files import unwritable


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the folder, made where it is not there. Raises GanzooError where another process does,
    or where it cannot be written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        lock = FileLock(out / ".lock").acquire(timeout=0)
    except Timeout:
        raise GanzooError(
            f"Another process is at work in {out}. Wait for it to end, or choose another --out."
        ) from None
    except OSError as error:
        raise unwritable(out, error) from error
    with lock:
        yield
