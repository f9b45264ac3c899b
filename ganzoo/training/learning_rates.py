"""Warnings of learning rates that a schedule has brought to their end before the training's."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

from ganzoo.engine.engine import Engine
from ganzoo.schedules import Schedule

LITTLE = 0.01  # of the first rate: so little that next to nothing is learnt
EARLY = 0.5  # of the run


def warn_of_rates(engine: Engine) -> None:
    """Warn where the learning rate of a run that begins is next to nothing for half of the run, and
    say at which rate a run goes on that is resumed beyond the end of its schedule."""
    steps = engine.recipe.steps
    resumed = engine.step > 0
    rates = [
        f"{schedule.value(steps):g} for {player} (from step {schedule.until:g} on)"
        for player, schedule in _schedules(engine)
        if schedule.until < steps and (resumed or _wasted(schedule, steps))
    ]
    if rates and resumed:
        warnings.warn(
            f"This run goes on beyond the end of its learning rates' schedule, at "
            f"{', '.join(rates)}. For another rate: --set optimizer.d.lr=..., and for g likewise.",
            stacklevel=3,
        )
    elif rates:
        warnings.warn(
            f"The learning rate is {', '.join(rates)}, of {steps} steps in all: little is learnt "
            "from there on. Let it reach its end with the run: --set optimizer.d.lr.until=1.0, and "
            "for g likewise.",
            stacklevel=3,
        )


def _schedules(engine: Engine) -> Iterator[tuple[str, Schedule]]:
    for player, optimizer in engine.optimizers.items():
        schedule = optimizer.settings.schedules.get("lr")
        if isinstance(schedule, Schedule):
            yield player, schedule


def _wasted(schedule: Schedule, steps: int) -> bool:
    """Whether half of the run or more has next to no learning rate."""
    half = round(EARLY * steps)
    first = max(schedule.value(step) for step in range(0, half + 1, max(half // 64, 1)))
    return max(schedule.value(half), schedule.value(steps)) <= LITTLE * first
