"""The progress of a training and of an evaluation, in a notebook or in a terminal."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from ganzoo.evaluation.progress import Progress
from ganzoo.notebook import html
from ganzoo.notebook.clock import Clock
from ganzoo.notebook.place import Place, in_notebook
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run import Run
from ganzoo.run.scalars import visible

if TYPE_CHECKING:
    from ganzoo.engine.engine import Engine

INTERVAL = 0.3  # seconds between two changes of a bar

T = TypeVar("T")


class TrainingBar:
    """An observer that shows a training in a notebook: a bar, the logged scalars, and the newest
    samples. ``watching`` makes the bar move between two logs."""

    def __init__(self) -> None:
        self._bar, self._picture = Place(), Place()
        self._scalars: dict[str, str] = {}
        self._about, self._steps, self._shown = "", 1, 0.0
        self._clock = Clock()

    def watching(self, engine: Engine, advance: Callable[[], T]) -> Callable[[], T]:
        """``advance``, a step of the engine, with a glance at the bar after it."""

        def advance_and_show() -> T:
            reports = advance()
            if time.monotonic() - self._shown > INTERVAL:
                self._show(engine.step)
            return reports

        return advance_and_show

    @hookimpl
    def ganzoo_run_started(self, run: Run, step: int, steps: int) -> None:
        self._about, self._steps, self._clock = run.about, steps, Clock(step / steps)
        self._show(step)

    @hookimpl
    def ganzoo_logged(self, step: int, scalars: Mapping[str, float]) -> None:
        self._scalars = visible(scalars)

    @hookimpl
    def ganzoo_sampled(self, step: int, path: Path | None) -> None:
        if path is not None:
            words = f"samples at step {step:,}"
            self._picture.show(html.page(html.picture(path.read_bytes(), words)), words)

    @hookimpl
    def ganzoo_run_ended(self, step: int, reading: str) -> None:
        self._show(step, reading=reading)

    @hookimpl
    def ganzoo_run_failed(self, step: int) -> None:
        self._show(step, "stopped at ")

    def _show(self, step: int, state: str = "", reading: str = "") -> None:
        self._shown, share = time.monotonic(), step / self._steps
        words = f"{state}step {step:,} of {self._steps:,}, {self._clock.words(share)}"
        parts = [html.heading(self._about, words), html.bar(share)]
        if self._scalars:
            parts.append(html.table([*self._scalars], [[*self._scalars.values()]], words=0))
        if reading:
            parts.append(html.paragraph(reading))
        numbers = ", ".join(f"{name} {value}" for name, value in self._scalars.items())
        self._bar.show(html.page(*parts), f"{self._about}: {words}\n{numbers}".rstrip())


def training_observer(progress: bool | None) -> object | None:
    """The observer that shows a training. ``progress``: True or False; None for a bar in a
    notebook, and nothing elsewhere."""
    if not _wanted(progress):
        return None
    if in_notebook():
        return TrainingBar()
    from ganzoo.cli.console import console_observer

    return console_observer()


@contextmanager
def reporting(progress: bool | Progress | None) -> Iterator[Progress | None]:
    """The function to call with the progress of a long task. ``progress``: that function; True or
    False; None for a bar in a notebook, and nothing elsewhere."""
    if callable(progress):
        yield progress
    elif not _wanted(progress):
        yield None
    elif in_notebook():
        bar = ReportBar()
        yield bar.report
        bar.end()
    else:
        from ganzoo.cli.evaluate import progress_shown

        with progress_shown(shown=True) as report:
            yield report


@contextmanager
def counting(title: str, count: int, progress: bool | None) -> Iterator[Callable[[str], None]]:
    """The function to call with a few words whenever one of ``count`` tasks has ended."""
    with reporting(progress) as report:
        done = 0

        def ended(words: str) -> None:
            nonlocal done
            done += 1
            if report:
                report(done / count, f"{title}: {done} of {count}, {words}")

        if report:
            report(0.0, f"{title}: 0 of {count}")
        yield ended


def _wanted(progress: bool | None) -> bool:
    return in_notebook() if progress is None else progress


class ReportBar:
    """A bar in a notebook, with the current task in words."""

    def __init__(self) -> None:
        self._place, self._clock, self._shown = Place(), Clock(), -INTERVAL
        self._task, self._task_shown = "", ""

    def report(self, share: float, task: str) -> None:
        self._task = task
        if task != self._task_shown or time.monotonic() - self._shown > INTERVAL:
            self._show(share)

    def end(self) -> None:
        """The task was done without an error."""
        self._show(1.0)

    def _show(self, share: float) -> None:
        self._shown, self._task_shown = time.monotonic(), self._task
        words = f"{100 * share:.0f} %, {self._clock.words(share)}"
        parts = html.heading(self._task, words), html.bar(share)
        self._place.show(html.page(*parts), f"{self._task}: {words}")
