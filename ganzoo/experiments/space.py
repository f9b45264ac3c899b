"""The search space of `ganzoo tune`."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ganzoo.assembly.settings import parse_setting
from ganzoo.errors import UsageError
from ganzoo.experiments.trials import values_of

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

FIXED = ("steps", "checkpoint_every")
LARGEST = 1e300  # of an end of a range, which Optuna takes as a float
HOW = "--search takes KEY=LOW..HIGH, KEY=LOW..HIGH:log, or KEY=V1,V2,..."


@dataclass(frozen=True)
class Option:
    """A setting that is searched. text: the text as typed. path: the dotted path in the recipe.
    first: one of the possible values. suggest: gives Optuna's value for a trial."""

    text: str
    path: str
    first: Any
    suggest: Callable[[BaseTrial], Any]


def option(text: str) -> Option:
    """Parse ``KEY=LOW..HIGH`` (whole numbers if both ends are; ``:log`` searches the logarithm) or
    ``KEY=V1,V2``. Raises UsageError for any other text."""
    path, equals, values = text.partition("=")
    path = path.strip()
    if not equals or not path:
        raise UsageError(f"{HOW}, not {text!r}.")
    if path in FIXED:
        raise UsageError(f"{path} cannot be searched: trials are compared at equal steps.")
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
        raise UsageError(f"{text}: LOW must be less than HIGH.")
    if scale and least <= 0:
        raise UsageError(f"{text}: LOW must be above 0 in a logarithmic range.")
    log = bool(scale)
    if isinstance(least, int) and isinstance(most, int):
        return Option(
            text, path, least, lambda trial: trial.suggest_int(path, least, most, log=log)
        )
    return Option(
        text,
        path,
        float(least),
        lambda trial: rounded(trial.suggest_float(path, least, most, log=log), least, most),
    )


def rounded(value: Any, least: float = -math.inf, most: float = math.inf) -> Any:
    """A suggested number with four significant digits, which a person can type; any other value as
    it is. Of a number between 0.5 and 1, such as a decay, the distance from 1 has four digits. The
    number stays between the ends of its range."""
    if not isinstance(value, float):
        return value
    near = float(f"{1 - value:.4g}") if 0.5 < value < 1 else None
    short = float(f"{value:.4g}") if near is None else float(f"{1 - near:.12g}")
    return min(max(short, float(least)), float(most))


def _values(path: str, values: str, text: str) -> Option:
    choices = values_of(values)
    if len({*choices}) < 2:
        raise UsageError(f"{text}: a search needs two values or more.")

    def suggest(trial: BaseTrial) -> Any:  # chosen as text: Optuna stores plain values only
        return _read(path, str(trial.suggest_categorical(path, choices)))

    return Option(text, path, _read(path, choices[0]), suggest)


def _read(path: str, value: str) -> Any:
    return parse_setting(f"{path}={value}")[1]


def _number(text: str) -> float | None:
    try:
        number = json.loads(text)
    except ValueError:
        return None
    return number if type(number) in (int, float) and abs(number) <= LARGEST else None
