"""Ways to try a component: built for a spec, in a game, with something to work on.

Each kind has its own. A component is tried by itself, among stand-ins, and through the recipes that
use it, since some work only in the game they were made for; the first way that works is taken.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ganzoo.assembly.build import component
from ganzoo.errors import UsageError
from ganzoo.testing.findings import Moot, Skipped
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject


class Trial(Protocol):
    """One way to try a component. ``case``: what it is tried with, for people to read."""

    @property
    def case(self) -> str: ...

    def build(self) -> Any:
        """Construct it, and whatever it needs around it."""

    def run(self, built: Any) -> Any:
        """Use it once, as play does."""


T = TypeVar("T", bound=Trial)


@dataclass(frozen=True)
class Outcome:
    """How one case went: the trial that worked, or why none did.

    stage: where it failed, "builds" or "runs". refused: whether the component only said, with a
    UsageError, that the case is not for it.
    """

    case: str
    trial: Any = None
    stage: str = ""
    failure: str = ""
    refused: bool = False


def attempt(case: str, trials: Iterable[tuple[bool, Trial]], *, late: bool = False) -> Outcome:
    """The first trial that works. Each comes with whether it goes through a recipe; where any does,
    those speak for the component. ``late``: whether it may refuse a case as late as it is run."""
    failures: list[tuple[bool, Outcome]] = []
    for through, trial in trials:
        stage = "builds"
        try:
            built = trial.build()
            stage = "runs"
            trial.run(built)
        except Skipped:
            raise
        except (Exception, SystemExit) as error:
            inner = _unwrapped(error)
            refused = isinstance(inner, UsageError) and (late or stage == "builds")
            failures.append((through, Outcome(case, None, stage, told(inner), refused)))
        else:
            return Outcome(case, trial)
    decisive = [outcome for through, outcome in failures if through]
    decisive = decisive or [outcome for _, outcome in failures]
    return next((outcome for outcome in decisive if not outcome.refused), decisive[0])


def _unwrapped(error: BaseException) -> BaseException:
    """What the constructor raised, where ``build.component`` has made a UsageError of it."""
    by = traceback.extract_tb(error.__traceback__)[-1]
    wrapped = by.name == component.__name__ and by.filename == component.__code__.co_filename
    return error.__cause__ if wrapped and error.__cause__ is not None else error


TRIALS: dict[str, Callable[[Subject], Sequence[Outcome]]] = {}


def outcomes(subject: Subject) -> Sequence[Outcome]:
    """How every case of a component's kind goes with it."""
    subject.target  # noqa: B018 - Moot where it cannot even be loaded
    return subject.once(TRIALS[subject.entry.kind])


def working(subject: Subject, kind: type[T]) -> list[T]:
    """The trials that work. Raises Moot where none does."""
    found = [outcome.trial for outcome in outcomes(subject) if outcome.trial is not None]
    if not found:
        raise Moot("it cannot be built or run")
    assert all(isinstance(trial, kind) for trial in found)
    return found
