"""A component's constructor read as its configuration schema."""

from __future__ import annotations

import inspect
import math
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ganzoo.errors import UsageError, near

# What ganzoo hands to a component's constructor; the rest of its arguments are knobs.
GIVEN = {
    "generator": ("spec",),
    "discriminator": ("spec",),
    "game": ("spec", "prior", "loss", "penalties"),
    "metric": ("features", "data"),
}
ON_REQUEST = ("metric",)  # the kinds that are handed only what their constructor has a name for
REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Knob:
    """One keyword argument: its name, its type, and its default (REQUIRED where it has none)."""

    name: str
    type: Any
    default: Any = REQUIRED

    def shown(self) -> str:
        """The type as a person writes it."""
        plain = isinstance(self.type, type) and typing.get_origin(self.type) is None
        text = self.type.__name__ if plain else str(self.type)
        return text.replace("typing.", "").replace("collections.abc.", "")


def knobs_of(component: Callable[..., Any], kind: str) -> dict[str, Knob]:
    """The knobs of a component, by name. A constructor with ``**kwargs`` has its parent's too."""
    knobs: dict[str, Knob] = {}
    for parameter, hint in _parameters(component):
        if parameter.name not in GIVEN.get(kind, ()):
            knobs.setdefault(parameter.name, Knob(parameter.name, hint, parameter.default))
    return knobs


def asked(component: Callable[..., Any], kind: str) -> frozenset[str]:
    """What a component's constructor has a parameter for, of what its kind may be handed."""
    names = {parameter.name for parameter, _ in _parameters(component)}
    return frozenset(names.intersection(GIVEN.get(kind, ())))


def handed(component: Callable[..., Any], kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what there is to hand over, what the constructor is called with."""
    if kind not in ON_REQUEST:
        return dict(given)
    return {name: given[name] for name in asked(component, kind) & given.keys()}


def check_knobs(
    component: Callable[..., Any], kind: str, name: str, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The given knobs, converted to the types the constructor declares.

    Raises UsageError for a knob it does not have, a value of the wrong type, or a missing knob.
    """
    knobs = knobs_of(component, kind)
    checked: dict[str, Any] = {}
    for key, value in given.items():
        if key not in knobs:
            raise UsageError(f"The {kind} {name!r} has no knob {key!r}. {near(key, knobs)}")
        checked[key] = _convert(value, knobs[key], kind, name)
    missing = [k.name for k in knobs.values() if k.default is REQUIRED and k.name not in given]
    if missing:
        raise UsageError(
            f"The {kind} {name!r} needs a value for {missing[0]!r}: --set {kind}.{missing[0]}=..."
        )
    return checked


def _convert(value: Any, knob: Knob, kind: str, name: str) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{kind}.{knob.name} of {name!r} must be a finite number, not {value}.")
    try:
        # A type that msgspec does not know, such as a Path, is called with the value.
        return msgspec.convert(value, knob.type, strict=False, dec_hook=lambda kind, v: kind(v))
    except msgspec.ValidationError as error:
        raise UsageError(
            f"{kind}.{knob.name} of {name!r} takes {knob.shown()}, not {value!r}: {error}."
        ) from None
    except TypeError:  # an annotation that msgspec has no reading of: the constructor's business
        return value


def _parameters(component: Callable[..., Any]) -> Iterator[tuple[inspect.Parameter, Any]]:
    """Each named argument of a constructor, with its type; with ``**kwargs`` its parent's too."""
    for function in _constructors(component):
        hints = _hints(function)
        parameters = list(inspect.signature(function).parameters.values())
        for parameter in parameters:
            named = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
            if named and parameter.name != "self":
                yield parameter, hints.get(parameter.name, Any)
        if all(parameter.kind is not parameter.VAR_KEYWORD for parameter in parameters):
            break


def _constructors(component: Callable[..., Any]) -> list[Callable[..., Any]]:
    if not inspect.isclass(component):
        return [component]
    return [c.__dict__["__init__"] for c in component.__mro__ if "__init__" in c.__dict__]


def _hints(function: Callable[..., Any]) -> dict[str, Any]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError, AttributeError):  # names that exist only for type checkers
        return {}
