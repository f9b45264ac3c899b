"""Elapsed and remaining times."""

from __future__ import annotations

import time
from datetime import timedelta


class Clock:
    """The elapsed and the remaining time of a task whose progress starts at ``start``."""

    def __init__(self, start: float = 0.0) -> None:
        self._start, self._began = start, time.monotonic()

    def words(self, share: float) -> str:
        """In words, when the share of the task in [0, 1] is done."""
        elapsed = time.monotonic() - self._began
        text = f"{in_words(elapsed)} elapsed"
        done = share - self._start
        if done > 0 and share < 1 and elapsed > 1:
            text += f", {in_words(elapsed * (1 - share) / done)} left"
        return text


def in_words(seconds: float) -> str:
    """A time, such as 1:30 or 2:00:00."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else str(timedelta(seconds=60 * minutes + rest))
