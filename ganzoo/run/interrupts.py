"""Signals that ask a training to stop: Ctrl-C, SIGTERM or SIGUSR1 of a job scheduler, and SIGHUP
when a terminal is closed."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from ganzoo.engine.world import several

# Slurm sends SIGUSR1 shortly before a job's time limit. Windows has only the first two signals.
SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGUSR1")
    if hasattr(signal, name)
)


class Interrupts:
    """A context in which the first signal only sets ``asked``, so that the training finishes its
    step and writes a checkpoint. The second signal interrupts at once, but not in a training of
    several processes: their launcher may pass on a signal that they have had already, and ends them
    by force when its time is over. Outside the main thread no signal is handled. A SIGHUP that
    nohup set to be ignored stays ignored."""

    def __init__(self) -> None:
        self.asked = False
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Interrupts:
        if threading.current_thread() is threading.main_thread():
            for number in SIGNALS:
                ignored = signal.getsignal(number) is signal.SIG_IGN
                if not (ignored and number == getattr(signal, "SIGHUP", None)):
                    self._before[number] = signal.signal(number, self._ask)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        if self.asked and not several():
            raise KeyboardInterrupt
        self.asked = True
