"""The progress of a sweep: its expected time, its runs, and the steps of the running trainings."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import click

from ganzoo.registry.hookspecs import hookimpl

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from ganzoo.experiments.estimate import SweepTime
    from ganzoo.experiments.feasibility import Feasibility
    from ganzoo.experiments.plan import Plan
    from ganzoo.experiments.trials import Trial
    from ganzoo.experiments.workers import Progress
    from ganzoo.registry import Registry

EVERY = 0.5  # seconds between two reports of a training's steps
LONGEST = 36  # characters of a run's name beside its bar


def announce(
    plan: Plan, trials: Sequence[Trial], fits: Feasibility, registry: Registry, jobs: int
) -> None:
    """Print the number of the runs that are left and, on the CPU, the time that they will take, by
    some steps and samples of each combination."""
    left = [trial for trial in trials if plan.tasks(trial)]
    if not left:
        return
    click.echo(f"{len(left)} of {len(trials)} runs are left.", err=True)
    if fits.device != "cpu":
        return
    from ganzoo.experiments.estimate import expected

    found = expected(plan, left, fits, registry, jobs)
    if found is not None:
        click.echo(in_words(found, min(jobs, len(left))), err=True)


def in_words(expected: SweepTime, jobs: int) -> str:
    """The expected time of a sweep, with so many runs at a time, in a sentence."""
    if expected.measuring is None:
        about = duration(expected.training / jobs)
        return f"Training them will take about {about}, measuring them not included."
    parts = {"training": expected.training / jobs, "measuring": expected.measuring / jobs}
    if expected.classifiers:
        parts["training the classifier of the measurements once"] = expected.classifiers
    told = [f"{what} {duration(seconds)}" for what, seconds in parts.items() if seconds]
    return f"They will take about {duration(expected.total(jobs))}: {', '.join(told)}."


def duration(seconds: float) -> str:
    """A duration in words, rounded."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60:02} min"


class StepReports:
    """An observer that reports the steps of a training, from a thread."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._ended = progress, threading.Event()

    @hookimpl
    def ganzoo_run_started(self, steps: int, current_step: Callable[[], int]) -> None:
        def report() -> None:
            while not self._ended.wait(EVERY):
                step = current_step()
                self._progress(step / steps, f"step {step:,} of {steps:,}")

        threading.Thread(target=report, daemon=True).start()

    @hookimpl
    def ganzoo_run_ended(self) -> None:
        self._ended.set()

    @hookimpl
    def ganzoo_run_failed(self) -> None:
        self._ended.set()


@contextmanager
def shown(count: int, *, quiet: bool) -> Iterator[Shown]:
    """A line for each start and end of a run, on standard error, since standard output is for the
    comparison. On a terminal also a bar for all runs, with the remaining time, and one for each run
    that is being trained or measured. Nothing if ``quiet``."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.table import Column

    console = Console(stderr=True, highlight=False, soft_wrap=True, quiet=quiet)
    narrow = Column(no_wrap=True, overflow="ellipsis", max_width=LONGEST)
    columns = (
        TextColumn("{task.description}", markup=False, table_column=narrow),
        BarColumn(bar_width=12),
        TextColumn("{task.fields[words]}", markup=False, table_column=Column(no_wrap=True)),
    )
    disable = not console.is_terminal
    with Progress(*columns, console=console, disable=disable, transient=True) as bars:
        yield Shown(bars, count)


class Shown:
    """The bars and the lines of a sweep of ``count`` runs."""

    def __init__(self, bars: Bars, count: int) -> None:
        self._bars, self._count = bars, count
        self._lock = threading.Lock()  # the runs report from threads
        self._began = time.monotonic()
        self._starts: dict[str, float] = {}
        self._shares: dict[str, float] = {}  # of the runs that this command works on
        self._tasks: dict[str, TaskID] = {}
        self._ended = self._done_before = 0
        self._all = bars.add_task("", total=count, words="")

    def started(self, trial: Trial) -> None:
        with self._lock:
            self._starts[trial.name] = time.monotonic()
            self._shares[trial.name] = 0.0
            self._tasks[trial.name] = self._bars.add_task(trial.name, total=1.0, words="starting")
            self._print(f"{trial.name}: started")

    def advanced(self, trial: Trial, share: float, words: str) -> None:
        with self._lock:
            if trial.name in self._tasks:
                self._shares[trial.name] = share
                self._bars.update(self._tasks[trial.name], completed=share, words=words)
                self._refresh()

    def ended(self, trial: Trial, error: str) -> None:
        with self._lock:
            self._ended += 1
            start = self._starts.get(trial.name)
            if start is None:
                self._done_before += 1
                outcome = "was done"
            else:
                outcome = f"done in {timedelta(seconds=round(time.monotonic() - start))}"
                self._shares[trial.name] = 1.0
                self._bars.remove_task(self._tasks.pop(trial.name))
            left = self._left()
            counted = f"{self._ended} of {self._count}{f', {left}' if left else ''}"
            self._print(f"{trial.name}: {error or outcome} ({counted})")
            self._refresh()

    def _left(self) -> str:
        """The remaining time, at the speed since the start; empty if it is too early to tell."""
        done, total = sum(self._shares.values()), self._count - self._done_before
        if not 0.01 * total < done < total:
            return ""
        seconds = (time.monotonic() - self._began) * (total - done) / done
        return f"about {duration(seconds)} left"

    def _refresh(self) -> None:
        completed = self._done_before + sum(self._shares.values())
        runs = f"{self._ended} of {self._count} runs"
        self._bars.update(self._all, completed=completed, description=runs, words=self._left())

    def _print(self, line: str) -> None:
        self._bars.console.print(line, markup=False)
