"""The progress of decoding a folder of images, as a bar on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ganzoo.data.progress import decoding_progress

_AFTER = 1.0  # seconds of decoding after which the bar is shown


@contextmanager
def decoding_bar(console: Console | None = None, *, shown: bool = True) -> Iterator[None]:
    """Show a bar on standard error while images are decoded for longer than a second; nothing if
    standard error is no terminal."""
    console = console or Console(stderr=True)
    if not (shown and console.is_terminal):
        yield
        return
    bar = _Bar(console)
    try:
        with decoding_progress(bar.update):
            yield
    finally:
        bar.stop()


class _Bar:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._started: float | None = None
        self._bar: Progress | None = None

    def update(self, done: int, total: int) -> None:
        """Draw the bar; remove it when all images are done."""
        if done == total:
            self.stop()
            return
        now = time.monotonic()
        self._started = self._started or now
        if self._bar is None and now - self._started > _AFTER:
            columns = (
                TextColumn("decoding images"),
                BarColumn(bar_width=30),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
                TextColumn("to go"),
            )
            self._bar = Progress(*columns, console=self._console, transient=True)
            self._bar.add_task("", total=total)
            self._bar.start()
        if self._bar is not None:
            self._bar.update(self._bar.task_ids[0], completed=done)

    def stop(self) -> None:
        """Remove the bar from the terminal."""
        if self._bar is not None:
            self._bar.stop()
        self._bar = self._started = None
