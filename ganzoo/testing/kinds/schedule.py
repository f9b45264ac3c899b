"""Rules for a schedule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec

from ganzoo.assembly.schedules import KEY, fixed, schedule_of
from ganzoo.assembly.signature import REQUIRED, Option, options_of
from ganzoo.errors import UsageError
from ganzoo.recipe import Part
from ganzoo.schedules import Schedule
from ganzoo.testing.dummies import RECIPE
from ganzoo.testing.findings import Fault, Skipped, rule
from ganzoo.testing.subject import Subject

STEPS = 100
TRIED = (1.0, 2.0, 0.5)  # an option without a default gets the first of these in its range


@rule(
    "values",
    "schedule",
    asks="Its value is a finite number at every step of a run and after it, and depends only on "
    "the step. `until`, the step of its end, is above 0.",
    mend="Return a float from value(step); clamp a number that grows without limit; keep no state. "
    "Take an option until: Moment = 1.0, and set self.until to it.",
)
def values(subject: Subject) -> Iterator[Fault]:
    schedule, again = _made(subject), _made(subject)
    if not _is_number(schedule.until) or not schedule.until > 0:
        yield Fault(f"until is {schedule.until!r}")
    for step in range(2 * STEPS):
        value = schedule.value(step)
        if not _is_number(value):
            yield Fault(f"it is a {type(value).__name__}", case=f"step {step}")
        elif not math.isfinite(value):
            yield Fault(f"it is {value}", case=f"step {step}")
    for step in reversed(range(2 * STEPS)):
        if schedule.value(step) != again.value(step):
            yield Fault("it depends on earlier calls of value()", case=f"step {step}")
            return


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _made(subject: Subject) -> Schedule:
    """The schedule in a run of STEPS steps, with its default options."""
    needed = [
        option
        for option in options_of(subject.target, "schedule").values()
        if option.default is REQUIRED
    ]
    table = {KEY: subject.part.name, **{option.name: _number(option) for option in needed}}
    rate = Part("ganzoo:sgd", {"lr": table})
    recipe = RECIPE.replace(steps=STEPS, optimizer={"d": rate, "g": rate})
    lr = fixed(recipe, subject.registry).optimizer["d"].options["lr"]
    try:
        return schedule_of(lr, "optimizer.d.lr", subject.registry)
    except UsageError as error:
        raise Skipped(str(error)) from error


def _number(option: Option) -> Any:
    for number in TRIED:
        try:
            return msgspec.convert(number, option.type)
        except msgspec.ValidationError:
            continue
    raise Skipped(f"it needs a value for {option.name!r}")
