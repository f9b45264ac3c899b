"""How far an evaluation has come, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[float, str], None]


class Steps:
    """Counts the steps of an evaluation, of which some tell how far they are themselves.

    ``progress(share, what)`` is called with the share of all that is done, in [0, 1] and never
    falling, and with what is being done.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.count = 1
        self._progress = progress or (lambda share, what: None)
        self._done, self._share, self._what = 0, 0.0, ""

    @contextmanager
    def step(self, what: str) -> Iterator[None]:
        """One of ``count`` steps of about the same length."""
        self._what = what
        self._tell(0.0, what)
        yield
        self._done += 1

    def part(self, what: str, done: int, total: int) -> None:
        """How far the step that is being taken is, and what it is busy with."""
        self._tell(done / total, ": ".join(filter(None, (self._what, what))))

    def _tell(self, part: float, what: str) -> None:
        self._share = max(self._share, min((self._done + part) / self.count, 1.0))
        self._progress(self._share, what)
