"""The pictures of samples in a report."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from ganzoo.evaluation.report.groups import Row
from ganzoo.run.step_files import step_files


@dataclass(frozen=True)
class Picture:
    """A picture of samples, for the page. small: whether the page enlarges it without smoothing."""

    step: int
    base64: str
    small: bool


def newest(row: Row) -> Picture | None:
    """A run's newest picture, or None."""
    return next(iter(spread(row, 1)), None)


def spread(row: Row, count: int) -> list[Picture]:
    """At most ``count`` of a run's pictures, oldest first: the newest, and before it pictures whose
    steps grow by about the same factor, since early pictures differ more than late ones."""
    files = step_files(row.run.samples, ".png")
    steps = [*files]
    wanted = [steps[-1] * 2.5**-index for index in range(count - 1)] if steps else []
    wanted += steps[-1:] if count == 1 else steps[:1]
    chosen = {min(steps, key=lambda step: abs(step - target)) for target in wanted}
    found = []
    for step in sorted(chosen):
        png = files[step].read_bytes()
        width = int.from_bytes(png[16:20])  # in pixels
        found.append(Picture(step, base64.b64encode(png).decode(), width < 400))
    return found
