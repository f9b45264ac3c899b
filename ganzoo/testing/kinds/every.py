"""What is asked of every component: that it is there, says what it is, and can be configured."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

import msgspec

from ganzoo.assembly.signature import REQUIRED, Option, options_of
from ganzoo.registry.kinds import KINDS
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.subject import Subject, resolved

WRITTEN = tuple(kind for kind in KINDS if kind != "recipe")  # in code; a recipe is data
LONGEST = 100
RESERVED = ("name", "options")  # a recipe writes a component as {"name": ..., option: value, ...}


@rule(
    "resolves",
    *KINDS,
    asks="What is registered is there, and is a component of its kind.",
    mend="Correct the 'module:attribute' that it is registered with, and derive its class from the "
    "base class of its kind, such as ganzoo.Loss.",
)
def resolves(subject: Subject) -> Iterator[Seen]:
    problem, _ = resolved(subject.entry)
    if problem:
        yield Seen(problem)


@rule(
    "summary",
    *KINDS,
    asks=f"It has a summary of one line and at most {LONGEST} characters, for listings.",
    mend="Pass summary='...' where it is registered: what it is, in a few words, without a stop.",
)
def summary(subject: Subject) -> Iterator[Seen]:
    text = subject.entry.summary
    if not text.strip():
        yield Seen("it has none")
    elif len(text.strip().splitlines()) > 1:
        yield Seen(f"it has {len(text.strip().splitlines())} lines")
    elif len(text) > LONGEST:
        yield Seen(f"it has {len(text)} characters")


@rule(
    "docstring",
    *WRITTEN,
    asks="Its class has a docstring of its own, which `ganzoo show` prints.",
    mend="Write one: what it computes, from which paper, what each option does, and which shapes go "
    "in and out.",
)
def docstring(subject: Subject) -> Iterator[Seen]:
    target = subject.target
    own = vars(target).get("__doc__") if inspect.isclass(target) else inspect.getdoc(target)
    if not (own or "").strip():
        yield Seen("it has none")


@rule(
    "options",
    *WRITTEN,
    asks="Every option has a type that text can be read as, and a default of that type; only a "
    "dataset may have options that must be given.",
    mend="Annotate every argument of the constructor with a type that msgspec converts (int, float,"
    " bool, str, Literal, tuple[int, ...], Path, a union with None), by names that exist at run "
    f"time, give it a default of that type, and call none of them {' or '.join(RESERVED)}.",
)
def options(subject: Subject) -> Iterator[Seen]:
    entry = subject.entry
    for option in options_of(subject.target, entry.kind).values():
        for problem in _problems(option, entry.kind):
            yield Seen(problem, case=f"option {option.name!r}")


def _problems(option: Option, kind: str) -> Iterator[str]:
    if option.name in RESERVED:
        yield "a recipe could not name it: that word is taken"
    if option.type is Any:
        yield "it has no annotation that can be read"
        return
    strange = _strange(option.type)
    if strange:
        yield f"nothing can be read as a {strange}"
        return
    if option.default is REQUIRED:
        if kind != "dataset":
            yield "it has no default"
        return
    try:
        msgspec.convert(option.default, option.type, dec_hook=lambda kind, value: kind(value))
    except msgspec.ValidationError as error:
        yield f"its default {option.default!r} is no {option.shown()}: {error}"


def _strange(hint: Any) -> str:
    """The part of a type that msgspec has no reading of, if any."""
    try:
        info = msgspec.inspect.type_info(hint)
    except TypeError as error:
        return str(error)
    return next((_name(each.cls) for each in _inside(info) if _custom(each)), "")


def _custom(info: Any) -> bool:
    """Not a path, which is made of text by calling it."""
    custom = isinstance(info, msgspec.inspect.CustomType)
    return custom and not (inspect.isclass(info.cls) and issubclass(info.cls, PurePath))


def _name(kind: Any) -> str:
    return getattr(kind, "__name__", str(kind))


def _inside(info: Any) -> Iterator[Any]:
    """The description of a type, and those of all it is made of."""
    yield info
    for field in ("types", "item_types"):
        for each in getattr(info, field, ()):
            yield from _inside(each)
    for field in ("item_type", "key_type", "value_type", "type"):
        each = getattr(info, field, None)
        if isinstance(each, msgspec.inspect.Type):
            yield from _inside(each)
