"""A component's constructor read as its configuration schema."""

from __future__ import annotations

import inspect
import math
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from ganzoo.assembly.types_in_words import in_a_sentence
from ganzoo.errors import UsageError, near
from ganzoo.registry.kinds import KINDS

REQUIRED = inspect.Parameter.empty


@dataclass(frozen=True)
class Option:
    """One keyword argument: its name, its type with its range, and its default (REQUIRED where it
    has none)."""

    name: str
    type: Any
    default: Any = REQUIRED

    def shown(self) -> str:
        """The type as a person writes it."""
        return _shown(self.type)

    @property
    def scheduled(self) -> bool:
        """Whether a schedule may stand for the number."""
        return bool(_extra(self.type, "scheduled"))

    @property
    def by_pixels(self) -> bool:
        """Whether the best number depends on the size of the images (``ranges.PixelWeight``)."""
        return bool(_extra(self.type, "pixels"))


def is_moment(hint: Any) -> bool:
    """Whether a number of that type is a moment of the run (``ganzoo.schedules.Moment``)."""
    return bool(_extra(hint, "moment"))


def options_of(component: Callable[..., Any], kind: str) -> dict[str, Option]:
    """The options of a component, by name. A constructor with ``**kwargs`` has its parent's too."""
    options: dict[str, Option] = {}
    for parameter, hint in _parameters(component, kind):
        options.setdefault(parameter.name, Option(parameter.name, hint, parameter.default))
    for name in _given(kind):
        options.pop(name, None)
    return options


def asked(component: Callable[..., Any], kind: str) -> frozenset[str]:
    """The arguments that a component's constructor has a parameter for, of those that its kind may
    be handed."""
    names = {parameter.name for parameter, _ in _parameters(component, kind)}
    return frozenset(names.intersection(_given(kind)))


def handed(component: Callable[..., Any], kind: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments, of those there are to hand over, that the constructor is called with."""
    if kind in KINDS and not KINDS[kind].on_request:
        return dict(given)
    return {name: given[name] for name in asked(component, kind) & given.keys()}


def check_options(
    component: Callable[..., Any],
    kind: str,
    name: str,
    given: Mapping[str, Any],
    *,
    path: str = "",
) -> dict[str, Any]:
    """The given options, converted to the types the constructor declares. ``path``: of the
    component in the recipe, where it is not the field of its kind: errors name it.

    Raises UsageError for an option it does not have, a value of the wrong type or out of range, or
    a missing option.
    """
    options = options_of(component, kind)
    checked: dict[str, Any] = {}
    for key, value in given.items():
        if key not in options:
            at = f"{path}: " if path else ""
            raise UsageError(f"{at}The {kind} {name!r} has no option {key!r}. {near(key, options)}")
        where = f"{path}.{key}" if path else f"{kind}.{key} of {name!r}"
        checked[key] = convert(value, options[key], where)
    missing = [o.name for o in options.values() if o.default is REQUIRED and o.name not in given]
    if missing:
        path = path or (KINDS[kind].field or kind if kind in KINDS else kind)
        raise UsageError(
            f"The {kind} {name!r} needs a value for {missing[0]!r}: --set {path}.{missing[0]}=..."
        )
    return checked


def convert(value: Any, option: Option, where: str) -> Any:
    """The value as the option's type. Raises UsageError where it is of another, or out of range.
    ``where``: the option as a message names it."""
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"{where} must be a finite number, not {value}.")
    try:
        # A type that msgspec does not know, such as a Path, is called with the value.
        return msgspec.convert(value, option.type, strict=False, dec_hook=lambda kind, v: kind(v))
    except msgspec.ValidationError:
        wanted = in_a_sentence(option.type)
        raise UsageError(f"{where} takes {wanted}, not {value!r}.") from None
    except TypeError:  # an annotation that msgspec has no reading of: the constructor's business
        return value


def _given(kind: str) -> tuple[str, ...]:
    return KINDS[kind].given if kind in KINDS else ()


def _shown(hint: Any) -> str:
    if hasattr(hint, "__metadata__"):
        hint = hint.__origin__
    if isinstance(hint, type) and typing.get_origin(hint) is None:
        return hint.__name__
    inner = typing.get_args(hint)
    if inner and any(hasattr(each, "__metadata__") for each in inner):
        name = getattr(typing.get_origin(hint), "__name__", "")
        if name == "tuple":
            return f"tuple[{', '.join('...' if e is Ellipsis else _shown(e) for e in inner)}]"
        return " | ".join(map(_shown, inner))
    return str(hint).replace("typing.", "").replace("collections.abc.", "")


def _extra(hint: Any, key: str) -> Any:
    """The entry of that key in the annotation's metadata."""
    for meta in getattr(hint, "__metadata__", ()):
        if isinstance(meta, msgspec.Meta) and key in (meta.extra or {}):
            return (meta.extra or {})[key]
    return None


def _parameters(
    component: Callable[..., Any], kind: str
) -> Iterator[tuple[inspect.Parameter, Any]]:
    """Each named argument of a constructor, with its type; with ``**kwargs`` its parent's too."""
    for function in _constructors(component):
        hints = _hints(function)
        parameters = list(inspect.signature(function).parameters.values())
        if kind == "optimizer":  # torch calls the weights params, and takes switches by keyword
            parameters = parameters[2 if inspect.isclass(component) else 1 :]
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
