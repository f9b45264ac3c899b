"""What a rule is, and the finding where a component does not meet it. Free of torch."""

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


class Seen(NamedTuple):
    """A fault that a rule saw. case: with which data, split or option."""

    text: str
    case: str = ""


Examine = Callable[["Subject"], Iterator[Seen]]


@dataclass(frozen=True)
class Rule:
    """One requirement on components of some kinds.

    asks: the requirement, in a sentence. mend: how to meet it. examine: yields the faults.
    """

    id: str
    kinds: tuple[str, ...]
    asks: str
    mend: str
    examine: Examine


RULES: list[Rule] = []


def rule(id: str, *kinds: str, asks: str, mend: str) -> Callable[[Examine], Examine]:
    """The function below is a rule for those kinds of component."""

    def collect(examine: Examine) -> Examine:
        if any(known.id == id and {*known.kinds} & {*kinds} for known in RULES):
            raise ValueError(f"there are two rules {id!r} for one kind")
        RULES.append(Rule(id, kinds, asks, mend, examine))
        return examine

    return collect


class Skipped(Exception):
    """The rule cannot be checked here, for a reason that the author should read."""


class Moot(Exception):
    """There is nothing to check: another rule reports the reason, or this one does not apply."""


@dataclass(frozen=True)
class Finding:
    """One rule that one component does not meet.

    place: where the component is written, file:line. case: the data or the option it happened with.
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
        """As plain data, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Check:
    """One rule held against one component.

    skipped: why it could not be, else empty. moot: whether the reason is of no interest.
    """

    rule: Rule
    plugin: str
    kind: str
    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    moot: bool = False


def perform(rule: Rule, subject: Subject) -> Check:
    """Hold one rule against one component. An exception of the component is a finding; the global
    random generators are left as they were."""
    from ganzoo import rng

    entry, seen = subject.entry, list[Seen]()
    skipped, moot = "", False
    try:
        with rng.seeded(0):
            for fault in rule.examine(subject):
                seen.append(fault)
    except (Skipped, Moot) as reason:
        skipped, moot = str(reason), isinstance(reason, Moot)
    except (Exception, SystemExit) as error:
        seen.append(Seen(described(error)))
    about = (rule.id, entry.plugin, entry.kind, entry.name, subject.place)
    findings = [Finding(*about, fault.case, fault.text, rule.mend) for fault in _grouped(seen)]
    return Check(rule, entry.plugin, entry.kind, entry.name, tuple(findings), skipped, moot)


def _grouped(seen: list[Seen]) -> list[Seen]:
    """Faults that differ only in numbers and in their case are one finding."""
    groups: dict[str, list[Seen]] = {}
    for fault in seen:
        groups.setdefault(re.sub(r"-?\d[\d.e+-]*", "#", fault.text), []).append(fault)
    return [
        Seen(first.text, f"{first.case}, and {len(rest)} more" if rest else first.case)
        for first, *rest in groups.values()
    ]


def described(error: BaseException) -> str:
    """An exception in a line, with the innermost place that is neither torch's nor the suite's."""
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
    """Where a class or a function is written, file:line; empty where Python does not know."""
    try:
        file = inspect.getsourcefile(target)
        return f"{_shortened(file)}:{inspect.getsourcelines(target)[1]}" if file else ""
    except (OSError, TypeError):
        return ""


def _shortened(file: str) -> str:
    """The file, relative to the working directory where it lies inside."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
