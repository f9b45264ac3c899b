"""A player's table in a recipe read as the settings of its optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

import torch
from msgspec import Meta

from ganzoo.assembly.schedules import is_schedule, ranged, schedule_of
from ganzoo.assembly.signature import Option, check_options, convert, options_of
from ganzoo.engine.optimizers import OptimizerSettings
from ganzoo.errors import UsageError, near
from ganzoo.recipe import Part
from ganzoo.schedules import Schedule

if TYPE_CHECKING:
    from ganzoo.registry import Registry

# The options that every player's table takes beside those of its optimizer.
COMMON = {
    option.name: option
    for option in (
        Option("clip_norm", Annotated[float, Meta(gt=0)] | None, None),
        Option("accumulate", Annotated[int, Meta(ge=1)], 1),
        Option("lr_scale", dict[str, Annotated[float, Meta(ge=0)]], {}),
    )
}


def optimizer_settings(player: str, part: Part, registry: Registry) -> OptimizerSettings:
    """Raises UsageError for an optimizer that does not exist, or options that it does not take."""
    entry = registry.get("optimizer", part.name)
    factory = entry.load()
    known = options_of(factory, "optimizer")
    common: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    schedules: dict[str, Schedule | Mapping[int, Schedule]] = {}
    for name, value in part.options.items():
        path = f"optimizer.{player}.{name}"
        if name in COMMON:
            common[name] = convert(value, COMMON[name], path)
        elif name == "schedule" and name not in known:
            raise UsageError(
                f"A schedule stands in the place of a number: write optimizer.{player}.lr = "
                '{schedule = "linear", start = 0.001, end = 0}, not a table of its own.'
            )
        elif name not in known:
            raise UsageError(
                f"The optimizer {entry.name!r} of player {player!r} has no option {name!r}. "
                f"{near(name, {*known, *COMMON})}"
            )
        elif is_schedule(value):
            schedule = schedule_of(value, path, registry)
            ranged(schedule, known[name], path)
            schedules[name], plain[name] = schedule, schedule.value(0)
        elif isinstance(value, list | tuple) and any(map(is_schedule, value)):
            schedules[name], plain[name] = _several(value, path, known[name], registry)
        else:
            plain[name] = value
    options = check_options(factory, "optimizer", entry.name, plain, path=f"optimizer.{player}")
    try:  # so that it refuses before anything is trained
        made = factory([torch.nn.Parameter(torch.zeros(1))], **options)
    except (ValueError, TypeError, RuntimeError) as error:
        raise UsageError(
            f"The optimizer {entry.name!r} of player {player!r} cannot be made with "
            f"{', '.join(f'{key}={value!r}' for key, value in options.items())}: {error}."
        ) from None
    if not isinstance(made, torch.optim.Optimizer):
        raise UsageError(
            f"The optimizer {entry.name!r} of plugin {entry.plugin!r} is a {type(made).__name__}, "
            "not a torch.optim.Optimizer."
        )
    for name in schedules:
        if name not in made.param_groups[0]:
            raise UsageError(
                f"optimizer.{player}.{name} cannot be scheduled: the optimizer takes it once, for "
                "the whole run."
            )
    return OptimizerSettings(factory, options, schedules, **common)


def _several(
    numbers: Any, path: str, option: Option, registry: Registry
) -> tuple[dict[int, Schedule], list[Any]]:
    """The schedules among an option's numbers, by their position, and the numbers at first."""
    schedules = {
        place: schedule_of(number, f"{path}.{place}", registry)
        for place, number in enumerate(numbers)
        if is_schedule(number)
    }
    first = list(numbers)
    for place, schedule in schedules.items():
        first[place] = schedule.value(0)
    for place, schedule in schedules.items():

        def whole(number: float, place: int = place) -> list[Any]:
            return [*first[:place], number, *first[place + 1 :]]

        ranged(schedule, option, path, whole)
    return schedules, first
