"""Schedules in a recipe: found, fixed to the steps of a run, and made."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, get_args

from ganzoo.assembly.signature import (
    REQUIRED,
    Option,
    check_options,
    convert,
    is_moment,
    options_of,
)
from ganzoo.errors import GanzooError, UsageError
from ganzoo.recipe import Average, Fraction, Part, Recipe, from_dict, to_dict
from ganzoo.schedules import Schedule
from ganzoo.training.cadence import sample_interval

if TYPE_CHECKING:
    from ganzoo.engine.game import Game
    from ganzoo.registry import Registry

KEY = "schedule"  # of a table that stands for a number: the name of its schedule
PARTS = "parts"  # of a schedule that consists of others: its option
SAMPLED = 64  # steps of a schedule that are looked at
SOONEST = 2  # a moment given in steps is above 1, which is the whole run


def is_schedule(value: Any) -> bool:
    """Whether a value stands for a schedule. A component written flat, which may have an option of
    that name, has a name."""
    return isinstance(value, Mapping) and KEY in value and "name" not in value


def fixed(recipe: Recipe, registry: Registry, game: Game | None = None) -> Recipe:
    """The recipe of a run of its length: with every moment of its schedules and of its components'
    options given in steps, and with ``sample_every``, so that a resumed run keeps them. ``game``:
    the game that names the kinds of the recipe's ``networks``; without it, the moments among their
    options stay as they are."""

    def walk(node: Any) -> Any:
        if is_schedule(node):
            return _fixed_table(node, recipe.steps, registry)
        if isinstance(node, Mapping):
            return {key: walk(value) for key, value in node.items()}
        return [walk(value) for value in node] if isinstance(node, list | tuple) else node

    plain = to_dict(recipe)
    plain["sample_every"] = sample_interval(recipe)
    elsewhere = plain.pop("elsewhere")
    made = from_dict({**walk(plain), "elsewhere": elsewhere})
    made = made.with_parts(lambda kind, part: in_steps(kind, part, recipe.steps, registry))
    if game is None:
        return made
    roles = game.roles()
    networks = {
        role: in_steps(roles[role].kind, part, recipe.steps, registry)
        for role, part in made.networks.items()
    }
    return made.replace(networks=networks)


def in_steps(kind: str, part: Part, steps: int, registry: Registry) -> Part:
    """The component with each of its options that is a moment given in steps, defaults included. A
    component that is not installed stays as it is: a trained generator does not need all."""
    try:
        constructor = registry.get(kind, part.name).load()
    except GanzooError:
        return part
    moments = _moments(part.options, options_of(constructor, kind), steps)
    return Part(part.name, {**part.options, **moments}) if moments else part


def _moments(given: Mapping[str, Any], options: Mapping[str, Option], steps: int) -> dict[str, Any]:
    """The options that are moments, or sequences of moments, in steps, defaults included."""
    made: dict[str, Any] = {}
    for name, option in options.items():
        value = given.get(name, option.default)
        if value is REQUIRED or not any(map(is_moment, (option.type, *get_args(option.type)))):
            continue
        several = isinstance(value, list | tuple)
        made[name] = [_steps(each, steps) for each in value] if several else _steps(value, steps)
    return made


def _fixed_table(table: Mapping[str, Any], steps: int, registry: Registry) -> dict[str, Any]:
    if not isinstance(table[KEY], str):
        raise UsageError(f"The name of a schedule is a text, such as 'linear', not {table[KEY]!r}.")
    constructor = registry.get("schedule", table[KEY]).load()
    options = options_of(constructor, "schedule")
    made = {**table, **_moments(table, options, steps)}
    for name, option in options.items():
        value = table.get(name, option.default)
        if isinstance(value, list | tuple) and (name == PARTS or any(map(is_schedule, value))):
            made[name] = _fixed_parts(value, steps, registry)
    return made


def _fixed_parts(parts: Any, steps: int, registry: Registry) -> list[dict[str, Any]]:
    """The parts of a sequence: each begins where the one before it ends, unless it says."""
    if not parts or not all(map(is_schedule, parts)):
        raise UsageError(
            "The parts of a schedule are schedules themselves, one at least, such as "
            '{"schedule": "linear", "start": 0.1, "until": 0.5}.'
        )
    made: list[dict[str, Any]] = []
    for part in parts:
        options = options_of(registry.get("schedule", part[KEY]).load(), "schedule")
        follows = made and "since" in options and "since" not in part
        start = {"since": made[-1].get("until", 0)} if follows else {}
        made.append(_fixed_table({**part, **start}, steps, registry))
    return made


def _steps(moment: Any, steps: int) -> Any:
    """A fraction of the run as a step; a step as it is. 0 is the start by either reading."""
    if isinstance(moment, bool) or not isinstance(moment, int | float) or not 0 < moment <= 1:
        return moment
    return max(SOONEST, round(moment * steps))


def schedule_of(table: Mapping[str, Any], path: str, registry: Registry) -> Schedule:
    """The schedule that a table with fixed moments stands for. Raises UsageError, with the path,
    for options that it does not have."""
    entry = registry.get("schedule", str(table[KEY]))
    constructor = entry.load()
    given = {
        key: tuple(schedule_of(each, f"{path}.{key}", registry) for each in value)
        if isinstance(value, list | tuple) and value and all(map(is_schedule, value))
        else value
        for key, value in table.items()
        if key != KEY
    }
    options = check_options(constructor, "schedule", entry.name, given, path=path)
    try:
        made = constructor(**options)
    except GanzooError as error:
        raise UsageError(f"{path}: {error}") from None
    if not isinstance(made, Schedule):
        raise GanzooError(
            f"The schedule {entry.name!r} of plugin {entry.plugin!r} is a {type(made).__name__}, "
            "which is not a ganzoo Schedule; its class should derive from it."
        )
    since = getattr(made, "since", 0)
    if all(isinstance(each, int | float) for each in (since, made.until)) and since > made.until:
        raise UsageError(f"{path}: since ({since:g}) is after until ({made.until:g}).")
    return made


def averages_of(recipe: Recipe, registry: Registry) -> tuple[float | Schedule, ...]:
    """The decay of each of a recipe's averages of the weights, or its schedule. Raises UsageError
    for a schedule that leaves the range of the decay."""
    several = len(recipe.averages) > 1
    return tuple(
        _average(average, f"ema.{place}" if several else "ema", registry)
        for place, average in enumerate(recipe.averages)
    )


def _average(average: Average, path: str, registry: Registry) -> float | Schedule:
    if not isinstance(average, Mapping):
        return average
    if not is_schedule(average):
        raise UsageError(
            f'{path} takes a number, or a schedule such as {{"schedule": "constant", ...}}.'
        )
    schedule = schedule_of(average, path, registry)
    ranged(schedule, Option("ema", Fraction), path)
    return schedule


def ranged(
    schedule: Schedule,
    option: Option,
    where: str,
    whole: Callable[[float], Any] = lambda number: number,
) -> None:
    """Raises UsageError where the schedule leaves the range of its option: a rate below 0, say.
    ``where``: the option as a message names it. ``whole``: the option's value of which the
    scheduled number is a part."""
    last = schedule.until if math.isfinite(schedule.until) else SAMPLED
    for sample in range(SAMPLED + 1):
        step = round(last * sample / SAMPLED)
        value = schedule.value(step)
        if not math.isfinite(value):
            raise UsageError(f"{where} is {value} at step {step + 1}.")
        try:
            convert(whole(value), option, where)
        except UsageError as error:
            raise UsageError(f"At step {step + 1} of its schedule {error}") from None


def ends(recipe: Recipe) -> list[int]:
    """The steps at which the schedules of a run have reached their ends."""
    found: list[int] = []

    def walk(node: Any) -> None:
        if is_schedule(node) and isinstance(node.get("until"), int):
            found.append(node["until"])
        for value in node.values() if isinstance(node, Mapping) else ():
            walk(value)
        for value in node if isinstance(node, list | tuple) else ():
            walk(value)

    plain = to_dict(recipe)
    del plain["elsewhere"]
    walk(plain)
    return found
