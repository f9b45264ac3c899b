"""What a rule is, and what is said where one is not met. Free of torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, NamedTuple

from ganzoo.testing.places import told

if TYPE_CHECKING:
    from ganzoo.testing.subject import Subject


class Seen(NamedTuple):
    """What a rule saw that it should not have, and in which case: for which spec, at which option."""

    text: str
    case: str = ""


Examine = Callable[["Subject"], Iterator[Seen]]


@dataclass(frozen=True)
class Rule:
    """One thing asked of components of some kinds.

    asks: what, in a sentence. mend: what to do where it is not met. examine: yields what it sees.
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
        for known in RULES:
            if known.id == id and set(known.kinds) & set(kinds):
                raise ValueError(f"there are two rules {id!r} for one kind")
        RULES.append(Rule(id, kinds, asks, mend, examine))
        return examine

    return collect


class Skipped(Exception):
    """This cannot be checked here, for a reason worth telling."""


class Moot(Exception):
    """There is nothing to check: another rule says why, or this one has no business here."""


@dataclass(frozen=True)
class Finding:
    """One rule that one component does not meet.

    place: where the component is written, file:line. case: the spec or the option it happened with.
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

    skipped: why it could not be, else empty. moot: whether that is of no interest, because another
    rule says it.
    """

    rule: Rule
    plugin: str
    kind: str
    name: str
    findings: tuple[Finding, ...] = ()
    skipped: str = ""
    moot: bool = False


def perform(rule: Rule, subject: Subject) -> Check:
    """Hold one rule against one component. What the component raises is a finding; what it draws
    at random leaves the global generators as they were."""
    from ganzoo.testing.dice import seeded

    entry = subject.entry
    seen: list[Seen] = []
    skipped, moot = "", False
    try:
        with seeded(0):
            for each in rule.examine(subject):
                seen.append(each)
    except Skipped as reason:
        skipped = str(reason)
    except Moot as reason:
        skipped, moot = str(reason), True
    except (Exception, SystemExit) as error:
        seen.append(Seen(told(error)))
    findings = [
        Finding(
            rule=rule.id,
            plugin=entry.plugin,
            kind=entry.kind,
            name=entry.name,
            place=subject.place,
            case=each.case,
            seen=each.text,
            mend=rule.mend,
        )
        for each in _grouped(seen)
    ]
    return Check(rule, entry.plugin, entry.kind, entry.name, tuple(findings), skipped, moot)


def _grouped(seen: list[Seen]) -> list[Seen]:
    """What differs in nothing but numbers and the case is one finding, not six."""
    groups: dict[str, list[Seen]] = {}
    for each in seen:
        groups.setdefault(re.sub(r"-?\d[\d.e+-]*", "#", each.text), []).append(each)
    return [
        Seen(first.text, f"{first.case}, and {len(rest)} more" if rest else first.case)
        for first, *rest in groups.values()
    ]
