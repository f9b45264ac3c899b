"""The lock of a folder of runs, which only one process at a time may change."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganzoo.run.files import unwritable
from ganzoo.run.lock import held


@contextmanager
def exclusive(out: Path) -> Iterator[None]:
    """Hold the lock of the folder, which is made if it does not exist. Raises GanzooError if
    another process holds the lock, or if the folder cannot be written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error
    busy = f"Another process uses the folder {out}. Wait for its end, or choose another --out."
    with held(out, busy):
        yield
