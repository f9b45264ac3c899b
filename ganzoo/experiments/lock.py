"""One process at a time is at work on the runs of a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ganzoo.run.files import unwritable
from ganzoo.run.lock import held


@contextmanager
def alone(out: Path) -> Iterator[None]:
    """Hold the folder, made where it is not there. Raises GanzooError where another process does,
    or where it cannot be written to."""
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(out, error) from error
    busy = f"Another process is at work in {out}. Wait for it to end, or choose another --out."
    with held(out, busy):
        yield
