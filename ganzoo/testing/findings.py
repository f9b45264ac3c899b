"""Rules, and the findings for components that break them. This module does not import torch."""

from __future__ import annotations

import inspect
import re
import traceback
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from ganzoo.testing.subject import Subject

_HERE = str(Path(__file__).parent)
UNEXPECTED = (
    "The code of this check raised the exception, and not the component. A value of an unexpected "
    "type from the component may be the cause; if the component is right, please report the "
    "exception to ganzoo."
)


class Fault(NamedTuple):
    """A fault that a rule found. case: the data, the split or the option with the fault."""

    text: str
    case: str = ""


Examine = Callable[["Subject"], Iterator[Fault]]


@dataclass(frozen=True)
class Rule:
    """One requirement on components of some kinds.

    asks: the requirement, in a sentence. mend: how to satisfy it. examine: yields the faults.
    """

    id: str
    kinds: tuple[str, ...]
    asks: str
    mend: str
    examine: Examine


RULES: list[Rule] = []


def rule(id: str, *kinds: str, asks: str, mend: str) -> Callable[[Examine], Examine]:
    """Decorates the function that examines a component: it becomes a rule for these kinds."""

    def collect(examine: Examine) -> Examine:
        if any(known.id == id and {*known.kinds} & {*kinds} for known in RULES):
            raise ValueError(f"there are two rules {id!r} for one kind")
        RULES.append(Rule(id, kinds, asks, mend, examine))
        return examine

    return collect


class Skipped(Exception):
    """The rule cannot be checked here. The message gives the author the reason."""


class Moot(Exception):
    """There is nothing to check: another rule reports the fault, or this rule does not apply."""


@dataclass(frozen=True)
class Finding:
    """One rule that one component breaks.

    place: the source of the component, file:line. case: the data, the split or the option with the
    fault. seen: the fault. mend: how to satisfy the rule.
    """

    rule: str
    plugin: str
    kind: str
    name: str
    place: str
    case: str
    seen: str
    mend: str

    def __str__(self) -> str:
        place = f" ({self.place})" if self.place else ""
        case = f"{self.case}: " if self.case else ""
        return f"{self.kind}/{self.name}{place}, {self.rule}: {case}{self.seen}\n  {self.mend}"

    def plain(self) -> dict[str, str]:
        """The finding as plain data, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Check:
    """The check of one component by one rule.

    skipped: the reason why the rule was not checked, else empty. moot: whether there was nothing to
    check, so that the reason need not be reported.
    """

    rule: Rule
    plugin: str
    kind: str
    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    moot: bool = False


def perform(rule: Rule, subject: Subject) -> Check:
    """Check one component by one rule. An exception of the component is a finding. The global
    random number generators are not changed."""
    from ganzoo import rng

    entry, faults = subject.entry, list[Fault]()
    skipped, moot = "", False
    stopped: Fault | None = None
    try:
        with rng.seeded(0):
            for fault in rule.examine(subject):
                faults.append(fault)
    except (Skipped, Moot) as reason:
        skipped, moot = str(reason), isinstance(reason, Moot)
    except (Exception, SystemExit) as error:
        faults.append(Fault(described(error)))
        stopped = faults[-1] if _raised_here(error) else None
    about = (rule.id, entry.plugin, entry.kind, entry.name, subject.place)
    findings = [
        Finding(*about, fault.case, fault.text, UNEXPECTED if fault is stopped else rule.mend)
        for fault in _grouped(faults)
    ]
    return Check(rule, entry.plugin, entry.kind, entry.name, tuple(findings), skipped, moot)


def _grouped(faults: list[Fault]) -> list[Fault]:
    """Merge the faults that differ only in numbers and in their case."""
    groups: dict[str, list[Fault]] = {}
    for fault in faults:
        groups.setdefault(re.sub(r"-?\d[\d.e+-]*", "#", fault.text), []).append(fault)
    return [
        first._replace(case=f"{first.case}, and {len(rest)} more") if rest else first
        for first, *rest in groups.values()
    ]


def _raised_here(error: BaseException) -> bool:
    """Whether the innermost line of an exception is a line of this suite."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename.startswith(_HERE)


def described(error: BaseException) -> str:
    """An exception in one line, with the innermost source line outside torch and this suite."""
    text = " ".join(str(error).split())
    name = type(error).__name__
    line = f"{name}: {text[:297]}{'...' if len(text) > 297 else ''}" if text else name
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/torch/" not in Path(frame.filename).as_posix()
        and not frame.filename.startswith((_HERE, "<"))
    ]
    return f"{line} [{_shortened(frames[-1].filename)}:{frames[-1].lineno}]" if frames else line


def place_of(target: Any) -> str:
    """The source of a class or a function, file:line; empty if it is unknown."""
    try:
        file = inspect.getsourcefile(target)
        return f"{_shortened(file)}:{inspect.getsourcelines(target)[1]}" if file else ""
    except (OSError, TypeError):
        return ""


def _shortened(file: str) -> str:
    """The path of the file, relative to the working directory if it is inside it."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
