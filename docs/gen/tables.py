"""Cells of tables: heads, escaped text, numbers with their errors, and times."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Mapping, Sequence
from typing import Any


def head(*columns: str) -> str:
    """The first two lines of a table."""
    return f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"


def cell(text: str) -> str:
    """A text as one cell of a table."""
    return " ".join(text.split()).replace("|", "\\|")


def with_error(value: float, stderr: float) -> str:
    """The value, rounded to the second digit of the error, and the error."""
    digits = max(0, 1 - math.floor(math.log10(stderr))) if stderr else 3
    return f"{value:.{digits}f} ± {stderr:.{digits}f}"


def mean(values: Sequence[float]) -> str:
    """The mean and its standard error."""
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{statistics.mean(values):.1f} ± {error:.1f}"


def minutes(seconds: float) -> str:
    """A time as minutes and seconds."""
    return f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def time_of(runs: Sequence[Mapping[str, Any]]) -> tuple[str, float]:
    """The device and the mean time in seconds of the runs on a CPU; of the first run's device, if
    none is on a CPU. Times of two devices have no mean."""
    devices = [run["device"] for run in runs]
    device = "cpu" if "cpu" in devices else devices[0]
    return device, statistics.mean(run["seconds"] for run in runs if run["device"] == device)


def linked(reference: str) -> str:
    """arXiv numbers as links."""
    return re.sub(r"arXiv:(\d+\.\d+)", r"[arXiv:\1](https://arxiv.org/abs/\1)", reference)


def year(reference: str) -> int | None:
    """The year of a paper, by its arXiv number or as the reference names it."""
    if arxiv := re.search(r"arXiv:(\d\d)\d\d\.", reference):
        return 2000 + int(arxiv[1])
    named = re.search(r"\b(?:19|20)\d\d\b", reference)
    return int(named[0]) if named else None
