"""The progress of an evaluation, reported to a callback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[float, str], None]


class Steps:
    """Counts the steps of an evaluation. A step may report its own progress by ``part``.

    ``progress(share, task)`` is called with the share of all steps that is done, in [0, 1] and
    never falling, and with the current task in words.
    """

    def __init__(self, progress: Progress | None) -> None:
        self.count = 1
        self._progress = progress or (lambda share, task: None)
        self._done, self._share, self._task = 0, 0.0, ""

    @contextmanager
    def step(self, task: str) -> Iterator[None]:
        """One of ``count`` steps of about the same length."""
        self._task = task
        self._report(0.0, task)
        yield
        self._done += 1

    def part(self, task: str, done: int, total: int) -> None:
        """Report that ``done`` of ``total`` items of the current step are done. ``task``: the part
        of the step, in words."""
        self._report(done / total, ": ".join(filter(None, (self._task, task))))

    def _report(self, part: float, task: str) -> None:
        self._share = max(self._share, min((self._done + part) / self.count, 1.0))
        self._progress(self._share, task)
