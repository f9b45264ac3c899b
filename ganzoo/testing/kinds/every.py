"""Rules for every component: its target, its description and its options."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import msgspec

from ganzoo.assembly.signature import REQUIRED, Option, options_of
from ganzoo.registry.kinds import KINDS
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.subject import Subject, resolved

WRITTEN = tuple(kind for kind in KINDS if kind != "recipe")  # kinds in code; a recipe is data
LONGEST = 100
RESERVED = ("name", "options")  # a recipe writes a component as {"name": ..., option: value, ...}


@rule(
    "resolves",
    *KINDS,
    asks="The target of its registration is a component of its kind.",
    mend="Correct the 'module:attribute' of its registration, and derive its class from the base "
    "class of its kind, such as ganzoo.Loss.",
)
def resolves(subject: Subject) -> Iterator[Fault]:
    problem, _ = resolved(subject.entry)
    if problem:
        yield Fault(problem)


@rule(
    "summary",
    *KINDS,
    asks=f"It has a summary of one line and at most {LONGEST} characters, for listings.",
    mend="Pass summary='...' in its registration: a few words, without a full stop.",
)
def summary(subject: Subject) -> Iterator[Fault]:
    text = subject.entry.summary
    if not text.strip():
        yield Fault("it has no summary")
    elif len(lines := text.strip().splitlines()) > 1:
        yield Fault(f"its summary has {len(lines)} lines")
    elif len(text) > LONGEST:
        yield Fault(f"its summary has {len(text)} characters")


@rule(
    "docstring",
    *WRITTEN,
    asks="Its class has a docstring of its own, which `ganzoo show` prints.",
    mend="Write one: the formula and its paper, the meaning of each option, and the shapes of "
    "inputs and outputs.",
)
def docstring(subject: Subject) -> Iterator[Fault]:
    target = subject.target
    own = vars(target).get("__doc__") if inspect.isclass(target) else inspect.getdoc(target)
    if not (own or "").strip():
        yield Fault("it has no docstring")


@rule(
    "options",
    *WRITTEN,
    asks="Every option has a type that text can be converted to, and its default is of that type.",
    mend="Annotate every argument of the constructor with a type that msgspec converts (int, float,"
    " bool, str, Literal, tuple[int, ...], Path, a union with None), with names that exist at run "
    f"time; give it a default of that type; and do not name it {' or '.join(RESERVED)}.",
)
def options(subject: Subject) -> Iterator[Fault]:
    entry = subject.entry
    for option in options_of(subject.target, entry.kind).values():
        for problem in _problems(option):
            yield Fault(problem, case=f"option {option.name!r}")


def _problems(option: Option) -> Iterator[str]:
    if option.name in RESERVED:
        yield "a recipe uses this name for another purpose"
    if option.type is Any:
        yield "it has no readable annotation"
    elif option.default is not REQUIRED:
        try:
            msgspec.convert(option.default, option.type, dec_hook=lambda kind, value: kind(value))
        except (TypeError, ValueError, msgspec.ValidationError) as error:
            yield f"its default {option.default!r} is not of type {option.shown()}: {error}"
