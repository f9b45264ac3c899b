"""The page of runs in training, and its parts that change."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ganzoo.errors import GanzooError
from ganzoo.evaluation.report import compare, curves
from ganzoo.evaluation.report.groups import Group, Scalars
from ganzoo.run import Run
from ganzoo.run.scalars import NAMES
from ganzoo.run.step_files import step_files
from ganzoo.watch.glance import Glance, glance

LINES = 500  # of a run's log that a curve shows
AGE = 10.0  # seconds for which curves are shown, at least, before they are drawn anew
SHARE = 0.02  # of the time that may be spent on drawing curves, which is taken from the training


class Page:
    """The page of the runs in these folders. It may be asked from several threads."""

    def __init__(self, paths: Sequence[Path], clock: Callable[[], float] = time.monotonic) -> None:
        self._paths, self._clock = paths, clock
        self._lock = threading.Lock()  # matplotlib's settings belong to the whole process
        self._curves, self._next, self._state = "", clock(), [(0, 0)]

    def whole(self, nonce: str) -> str:
        """The page as HTML. nonce: the word that allows its script."""
        parts = self.parts()
        template = self._environment.get_template("watch.html.jinja")
        return template.render(
            nonce=nonce,
            title=parts["title"],
            runs=Markup(parts["runs"]),
            curves=Markup(parts["curves"]),
        )

    def parts(self) -> dict[str, str]:
        """The parts of the page that change: its title, as text, and "runs" and "curves", as
        HTML."""
        seen = [glance(path) for path in self._paths]
        template = self._environment.get_template("runs.html.jinja")
        return {
            "title": _title(seen),
            "runs": template.render(runs=seen),
            "curves": self._curves_now(),
        }

    def picture(self, number: int, step: int) -> bytes | None:
        """The picture of a run at that step, or None. No link is followed."""
        if not 0 <= number < len(self._paths):
            return None
        try:
            run = Run.open(self._paths[number])
            run.check_folders()
            picture = step_files(run.samples, ".png").get(step)
            return None if picture is None or picture.is_symlink() else picture.read_bytes()
        except (GanzooError, OSError):
            return None

    @cached_property
    def _environment(self) -> Environment:
        packages = ("ganzoo.watch", "ganzoo.evaluation.report")
        return Environment(
            loader=ChoiceLoader([PackageLoader(package, ".") for package in packages]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def _curves_now(self) -> str:
        """The curves as HTML. They are drawn anew only after a change, and after a while."""
        with self._lock:
            state = [_state(path / "metrics.jsonl") for path in self._paths]
            started = self._clock()
            if started >= self._next and state != self._state:
                groups = _groups(self._paths)
                template = self._environment.get_template("curves.html.jinja")
                self._curves = template.render(
                    groups=groups,
                    names=curves.logged(groups),
                    readable=NAMES,
                    swatch=lambda number: Markup(curves.swatch(number)),
                    curve=lambda name: Markup(curves.curve(groups, name)),
                )
                ended = self._clock()
                self._next, self._state = ended + max(AGE, (ended - started) / SHARE), state
            return self._curves


def _title(seen: Sequence[Glance]) -> str:
    share = min(one.share for one in seen)
    return f"{100 * share:.0f} % {', '.join(one.name for one in seen)} - ganzoo watch"


def _state(file: Path) -> tuple[int, int]:
    """Numbers that change when the file does."""
    try:
        stat = file.stat()
    except OSError:
        return (-1, -1)
    return (stat.st_size, stat.st_mtime_ns)


def _groups(paths: Sequence[Path]) -> Sequence[Group]:
    """The runs that can be read, in groups as in a report, each with some lines of its log."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a damaged line of the log
        readable = [path for path in paths if _readable(path)]
        groups = compare.compare(readable).groups if readable else []
    return [replace(g, rows=[replace(r, metrics=_some(r.metrics)) for r in g.rows]) for g in groups]


def _readable(path: Path) -> bool:
    try:
        compare.compare([path])
    except GanzooError:  # the page says why
        return False
    return True


def _some(lines: Sequence[Scalars]) -> Sequence[Scalars]:
    """At most ``LINES`` lines, evenly spaced, with the last one."""
    every = -(-len(lines) // LINES) or 1
    return lines[::-1][::every][::-1]
