"""Times of several loops that take turns, so that whatever else the machine does hits all alike."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch

from ganzoo.engine.graph import WARM_UP

CLOCKS: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


@dataclass(frozen=True)
class Times:
    """Seconds of a step in each turn, by loop. Turns of one index were taken one after another."""

    seconds: Mapping[str, list[float]]

    def median(self, loop: str) -> float:
        """The median seconds of a step."""
        return statistics.median(self.seconds[loop])

    def ratio(self, slow: str, fast: str) -> float:
        """How many times as long a step of ``slow`` takes: the median over the turns."""
        pairs = zip(self.seconds[slow], self.seconds[fast], strict=True)
        return statistics.median(ours / theirs for ours, theirs in pairs)


def take_turns(
    loops: Mapping[str, Callable[[], object]],
    *,
    turns: int,
    seconds: float,
    clock: str = "wall",
    device: str = "cpu",
) -> Times:
    """Let each loop take steps for about ``seconds``, in turns. loops: functions that take a
    step."""
    now = CLOCKS[clock]
    steps = {}
    for name, step in loops.items():
        for _ in range(WARM_UP + 2):  # allocates, chooses kernels, and captures graphs
            step()
        one = min(timed(step, 2, now, device) for _ in range(2)) / 2
        steps[name] = max(1, round(seconds / one))
    taken: dict[str, list[float]] = {name: [] for name in loops}
    for _ in range(turns):
        for name, step in loops.items():
            taken[name].append(timed(step, steps[name], now, device) / steps[name])
    return Times(taken)


def timed(step: Callable[[], object], steps: int, now: Callable[[], float], device: str) -> float:
    """The seconds that so many steps take."""
    start = now()
    for _ in range(steps):
        step()
    if device != "cpu":
        torch.accelerator.synchronize()
    return now() - start
