"""Whether a long training keeps its speed and its memory."""

from __future__ import annotations

import resource
import sys
from typing import Any

from benchmarks.compare import engine
from benchmarks.measure import CLOCKS
from benchmarks.subjects import Subject, mlp

STEPS, PIECES = 20_000, 10
WIDTH = 8  # small networks: what is measured is all that is not arithmetic


def flat(*, device: str, clock: str) -> dict[str, Any]:
    """The training's speed in each tenth of its steps, and the process's greatest memory after each
    tenth, as in speed.json."""
    subject = Subject("small mlp", mlp(WIDTH), (1, 8, 8), convolutional=False)
    training, now = engine(subject, device, shared=True), CLOCKS[clock]
    speeds, memory = [], []
    for _ in range(PIECES):
        start = now()
        for _ in range(STEPS // PIECES):
            training.advance()
        speeds.append(round(STEPS / PIECES / (now() - start), 1))
        memory.append(round(peak_memory(), 1))
    return {"steps": STEPS, "steps_per_s": speeds, "peak_mib": memory}


def peak_memory() -> float:
    """The greatest resident memory of this process so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10  # bytes there, KiB elsewhere
