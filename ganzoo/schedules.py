"""Schedules: numbers that change in the course of a training.

A schedule stands wherever a recipe has a number that may change:
``{"schedule": "linear", "start": 2e-3, "end": 1e-4}``. Its moments (``since``, ``until``) are
fractions of the run up to 1, and steps above 1; when a run is made they are fixed to steps, so that
a run which is resumed later goes on along the same curve. Free of torch.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Annotated, Any

from msgspec import Meta

# A float that may be a schedule in a recipe, and is a plain number at any moment of the training.
Scheduled = Annotated[float, Meta(extra={"scheduled": True})]
# A moment of the run: a fraction of it up to 1, a step above 1.
Moment = Annotated[float, Meta(ge=0, extra={"moment": True})]
Factor = Annotated[float, Meta(gt=1)]


class Schedule(ABC):
    """A number as a function of the step. The constructor's arguments are its options.

    until: the step at which it has reached its end; a sequence goes on to its next part there.
    """

    until: float = math.inf

    @abstractmethod
    def value(self, step: int) -> float:
        """The number after ``step`` steps: of the first step at 0."""


class Constant(Schedule):
    """``start`` always; for a part of a sequence."""

    def __init__(self, start: float, until: Moment = 1.0) -> None:
        self.start, self.until = start, until

    def value(self, step: int) -> float:
        return self.start


class Linear(Schedule):
    """From ``start`` to ``end`` in equal increments between the moments ``since`` and ``until``."""

    def __init__(
        self, start: float, end: float = 0.0, since: Moment = 0.0, until: Moment = 1.0
    ) -> None:
        self.start, self.end, self.since, self.until = start, end, since, until

    def value(self, step: int) -> float:
        return self.start + (self.end - self.start) * _done(step, self.since, self.until)


class WarmUp(Linear):
    """Up to ``end`` in equal increments by the moment ``until`` (arXiv:1706.02677, section 2.2)."""

    def __init__(
        self, end: float, start: float = 0.0, since: Moment = 0.0, until: Moment = 0.05
    ) -> None:
        super().__init__(start, end, since, until)


class Cosine(Schedule):
    """From ``start`` to ``end`` along half a cosine (arXiv:1608.03983, equation 5)."""

    def __init__(
        self, start: float, end: float = 0.0, since: Moment = 0.0, until: Moment = 1.0
    ) -> None:
        self.start, self.end, self.since, self.until = start, end, since, until

    def value(self, step: int) -> float:
        done = _done(step, self.since, self.until)
        return self.end + (self.start - self.end) * (1 + math.cos(math.pi * done)) / 2


class Exponential(Schedule):
    """``start`` divided by ``factor`` every step, but never less than ``floor``."""

    def __init__(
        self, start: float, factor: Factor, floor: float = 0.0, until: Moment = 1.0
    ) -> None:
        self.start, self.factor, self.floor, self.until = start, factor, floor, until

    def value(self, step: int) -> float:
        return max(self.floor, self.start * self.factor**-step)


class Step(Schedule):
    """``start`` times ``factor`` once more at each of the moments ``at``."""

    def __init__(
        self,
        start: float,
        factor: float = 0.1,
        at: tuple[Moment, ...] = (0.5, 0.75),
        until: Moment = 1.0,
    ) -> None:
        self.start, self.factor, self.at, self.until = start, factor, at, until

    def value(self, step: int) -> float:
        return self.start * self.factor ** sum(step >= moment for moment in self.at)


class Sequence(Schedule):
    """One schedule after the other: each part up to its ``until``, the last one for good. A part
    that does not say ``since`` begins where the one before it ends."""

    def __init__(self, parts: tuple[Any, ...]) -> None:
        self.parts: tuple[Schedule, ...] = parts
        self.until = self.parts[-1].until

    def value(self, step: int) -> float:
        part = next((part for part in self.parts if step < part.until), self.parts[-1])
        return part.value(step)


def _done(step: int, since: float, until: float) -> float:
    return min(max((step - since) / max(until - since, 1), 0.0), 1.0)
