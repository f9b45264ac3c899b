"""What `ganzoo tune` may choose from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.assembly.settings import parse_setting
from ganzoo.errors import UsageError
from ganzoo.experiments.trials import values_of

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

FIXED = ("steps", "checkpoint_every")
HOW = "--search takes KEY=LOW..HIGH, KEY=LOW..HIGH:log, or KEY=V1,V2,..."


@dataclass(frozen=True)
class Option:
    """A setting that is searched. text: as it was typed; path: dotted, in the recipe; first: a
    value that it may have; suggest: what Optuna suggests for a trial."""

    text: str
    path: str
    first: Any
    suggest: Callable[[BaseTrial], Any]


def option(text: str) -> Option:
    """``KEY=LOW..HIGH`` (whole numbers where both are, ``:log`` for even steps in the logarithm) or
    ``KEY=V1,V2``. Raises UsageError for anything else."""
    path, equals, values = text.partition("=")
    path = path.strip()
    if not equals or not path:
        raise UsageError(f"{HOW}, not {text!r}.")
    if path in FIXED:
        raise UsageError(f"{path} cannot be searched: trials are compared at the same steps.")
    low, dots, high = values.partition("..")
    return _range(path, low, high, text) if dots else _values(path, values, text)


def _range(path: str, low: str, high: str, text: str) -> Option:
    high, _, scale = high.partition(":")
    ends = _number(low), _number(high)
    if scale not in ("", "log") or None in ends:
        raise UsageError(f"{HOW}, not {text!r}.")
    least, most = ends
    assert least is not None
    assert most is not None
    if not least < most:
        raise UsageError(f"{text}: the range must go from less to more.")
    if scale and least <= 0:
        raise UsageError(f"{text}: a logarithmic range begins above 0.")
    log = bool(scale)
    if isinstance(least, int) and isinstance(most, int):
        return Option(
            text, path, least, lambda trial: trial.suggest_int(path, least, most, log=log)
        )
    return Option(
        text, path, float(least), lambda trial: trial.suggest_float(path, least, most, log=log)
    )


def _values(path: str, values: str, text: str) -> Option:
    choices = values_of(values)
    if len({*choices}) < 2:
        raise UsageError(f"{text}: a search takes two values or more.")

    def suggest(trial: BaseTrial) -> Any:  # as typed: Optuna keeps plain values only
        return _read(path, str(trial.suggest_categorical(path, choices)))

    return Option(text, path, _read(path, choices[0]), suggest)


def _read(path: str, value: str) -> Any:
    return parse_setting(f"{path}={value}")[1]


def _number(text: str) -> float | None:
    try:
        found = json.loads(text)
    except ValueError:
        return None
    return found if type(found) in (int, float) else None
