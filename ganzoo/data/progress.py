"""The progress of decoding images, reported to a callback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Progress = Callable[[int, int], None]
_callback: ContextVar[Progress | None] = ContextVar("decoding progress", default=None)


@contextmanager
def decoding_progress(callback: Progress) -> Iterator[None]:
    """In this context ``callback(done, total)`` is called after each image that is decoded. The
    last call of a folder has ``done == total``, also if the decoding is broken off."""
    token = _callback.set(callback)
    try:
        yield
    finally:
        _callback.reset(token)


def report(done: int, total: int) -> None:
    """Report that ``done`` of ``total`` images are decoded."""
    callback = _callback.get()
    if callback is not None:
        callback(done, total)
