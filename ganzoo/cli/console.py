"""The output of a training: a live display on a terminal, plain lines elsewhere."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.segment import Segments
from rich.table import Table
from rich.text import Text
from torch import Tensor

from ganzoo.cli.preview import preview
from ganzoo.data.form import CHANNELS, in_words
from ganzoo.recipe import bare
from ganzoo.registry.hookspecs import hookimpl
from ganzoo.run import Run
from ganzoo.run.config import named_classes, started_from
from ganzoo.run.folder import data_name
from ganzoo.run.scalars import HIDDEN, NAMES, shown
from ganzoo.sampling.load import spec_of

REFRESHES = 8  # a second
SPEED_PERIOD = 120  # seconds: of the last steps, from which the remaining time is estimated


def console_observer() -> object:
    """The observer for standard output: a live display on a terminal, else plain lines."""
    console = Console()
    return LiveDisplay(console) if console.is_terminal else PlainLines()


def forgiving(hook: Callable[..., None]) -> Callable[..., None]:
    """If the output of a display cannot be written (a closed pipe, a full disk), show nothing from
    then on, instead of ending the training."""

    @functools.wraps(hook)
    def shown_or_not(*arguments: Any, **named: Any) -> None:
        try:
            hook(*arguments, **named)
        except OSError:
            silence()

    return shown_or_not


def silence() -> None:
    """Discard all further output, and the output that is still in the buffer."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    with suppress(OSError, ValueError):  # a stream without a file, as in tests
        os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


class PlainLines:
    """Prints a line whenever scalars are logged."""

    _steps = 0

    @hookimpl
    @forgiving
    def ganzoo_run_started(self, run: Run, step: int, steps: int) -> None:
        self._steps = steps
        print(f"{opening(run.config)}\n{run.path}", flush=True)

    @hookimpl
    @forgiving
    def ganzoo_logged(self, step: int, scalars: Mapping[str, float]) -> None:
        numbers = "  ".join(
            f"{NAMES.get(name, name)} {shown(name, value)}"
            for name, value in scalars.items()
            if name not in HIDDEN
        )
        left = timedelta(seconds=round((self._steps - step) / scalars["steps_per_s"]))
        print(f"step {step}/{self._steps}  {numbers}  {left} left", flush=True)

    @hookimpl
    @forgiving
    def ganzoo_run_ended(self, scalars: Mapping[str, float], reading: str) -> None:
        for line in _at_the_end(scalars, reading):
            print(line, flush=True)


class LiveDisplay:
    """Shows the progress with the remaining time, the scalars, the newest samples, and D's accuracy
    with a mark at 50 %, its value at the optimum in theory.

    rich draws it several times a second in a thread of its own, which asks for the step."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._current_step: Callable[[], int] = lambda: 0
        self._scalars: Mapping[str, float] = {}
        self._samples: RenderableType = ""
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("step {task.completed}/{task.total}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("elapsed,"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            speed_estimate_period=SPEED_PERIOD,
        )
        self._live = Live(get_renderable=self._drawn, console=console, refresh_per_second=REFRESHES)

    @hookimpl
    @forgiving
    def ganzoo_run_started(
        self, run: Run, step: int, steps: int, current_step: Callable[[], int]
    ) -> None:
        self._console.print(opening(run.config), highlight=False, markup=False)
        self._console.print(str(run.path), highlight=False, style="dim", soft_wrap=True)
        self._current_step = current_step
        self._progress.add_task("", total=steps, completed=step)
        self._live.start()

    @hookimpl
    @forgiving
    def ganzoo_logged(self, scalars: Mapping[str, float]) -> None:
        self._scalars = scalars

    @hookimpl
    @forgiving
    def ganzoo_sampled(self, run: Run, samples: Tensor) -> None:
        picture = preview(samples, spec_of(run.config), self._console.width)
        if picture:  # as segments, which are made once and not in each refresh
            self._samples = Segments(self._console.render(picture))

    @hookimpl
    @forgiving
    def ganzoo_run_ended(self, scalars: Mapping[str, float], reading: str) -> None:
        self._live.stop()
        for line in _at_the_end(scalars, reading):
            self._console.print(line, highlight=False, markup=False)

    @hookimpl
    @forgiving
    def ganzoo_run_failed(self) -> None:
        self._live.stop()

    def _drawn(self) -> RenderableType:
        for task in self._progress.task_ids:  # none before the run has started
            self._progress.update(task, completed=self._current_step())
        return Group(self._progress, self._numbers(), self._samples)

    def _numbers(self) -> RenderableType:
        scalars = dict(self._scalars)
        for task in self._progress.tasks:
            if task.speed:
                scalars["steps_per_s"] = task.speed
        table = Table.grid(padding=(0, 2))
        visible = [name for name in scalars if name not in (*HIDDEN, "d_accuracy")]
        table.add_row(*(Text(NAMES.get(name, name), style="dim") for name in visible))
        table.add_row(*(shown(name, scalars[name]) for name in visible))
        if "d_accuracy" not in scalars:
            return table
        return Group(table, accuracy_bar(scalars["d_accuracy"]))


def accuracy_bar(accuracy: float, width: int = 40) -> Text:
    """D's accuracy as a bar, with a mark at one half, the accuracy of a guess."""
    filled = round(accuracy * width)
    text = Text().append("D's accuracy ", style="dim")
    for cell in range(width):
        if cell == width // 2:
            text.append("┃", style="bold yellow")
        text.append("█" if cell < filled else "░", style="cyan")
    text.append(f" {100 * accuracy:.0f} %", style="bold")
    text.append("  (a guess: 50 %)", style="dim")
    return text


def opening(config: Mapping[str, Any]) -> str:
    """The lines at the start of a training: the recipe, the data, and the notes on the data."""
    recipe, data = config["recipe"], config["dataset"]
    lines = [
        f"Training {recipe['name']} ({bare(recipe['loss']['name'])} loss, "
        f"{bare(recipe['prior']['name'])} prior) on {data['count']:,} of {data_name(config)}, "
        f"on {config['device']}",
        f"Data: {_samples(data)}",
        *_elsewhere(config),
        *_arithmetic(config),
        *([started_from(config["origin"])] if config.get("origin") else []),
        *data.get("notes", []),
    ]
    return "\n".join(lines)


def _elsewhere(config: Mapping[str, Any]) -> list[str]:
    """A line with the settings that are used because the recipe was tuned for another dataset."""
    changed = config.get("elsewhere", {})
    if not changed:
        return []
    settings = ", ".join(f"{path}={value}" for path, value in changed.items())
    return [
        f"{config['recipe']['name']} was tuned on another dataset; its settings for other datasets "
        f"are used: {settings}"
    ]


def _arithmetic(config: Mapping[str, Any]) -> list[str]:
    """The precision and the memory format, where they were chosen by measuring."""
    seconds = config.get("seconds_per_step", {})
    chosen = f"{config['precision']} {config['memory_format']}"
    others = [
        f"{seconds[name] / seconds[chosen]:.2f} times as long with {name}"
        for name in seconds
        if name != chosen
    ]
    if not others:
        return []
    return [f"Arithmetic: {chosen}. A step takes {', '.join(others)}."]


def _at_the_end(scalars: Mapping[str, float], reading: str) -> list[str]:
    return [*_speed(scalars), *([reading] if reading else [])]


def _speed(scalars: Mapping[str, float]) -> list[str]:
    """Samples a second over the whole run, and the share of the peak; none for a short run."""
    if "samples_per_s" not in scalars:
        return []
    line = f"Speed: {scalars['samples_per_s']:,.0f} real samples a second"
    if "share_of_peak" in scalars:
        line += (
            f". The device computes at {100 * scalars['share_of_peak']:.0f} % of its speed in a "
            "large matrix product, the most that it can do."
        )
    return [line]


def _samples(data: Mapping[str, Any]) -> str:
    """The number of samples, in the words of their view or with their size, and the classes."""
    about = data.get("about")
    if about:
        return f"{data['count']:,} {about}{_classes(data) if data['classes'] else ''}"
    return _sized(data) + _classes(data)


def _sized(data: Mapping[str, Any]) -> str:
    shape = data["shape"]
    if len(shape) == 2:
        channels = "" if shape[0] == 1 else f", {shape[0]} channels"
        return f"{data['count']:,} sequences of {shape[1]:,} moments{channels}"
    if len(shape) != 3:
        return f"{data['count']:,} vectors of length {shape[0]}"
    colour = CHANNELS.get(shape[0], f"{shape[0]} channels")
    return f"{data['count']:,} images of {in_words(*shape[1:])}, {colour}"


def _classes(data: Mapping[str, Any]) -> str:
    if not data["classes"]:
        return ", without labels"
    names = named_classes(data.get("labels", []))
    return f", {data['classes']} classes" + (f": {names}" if names else "")
