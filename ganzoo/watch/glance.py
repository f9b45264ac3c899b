"""A run at this moment, from its files alone: its progress, its numbers, its newest picture."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ganzoo.errors import GanzooError
from ganzoo.notebook.clock import in_words
from ganzoo.paths import shortened
from ganzoo.run import Run, metrics
from ganzoo.run.scalars import visible
from ganzoo.run.step_files import step_files

LOGS = 5  # intervals of the log without a sign of life, after which a training seems to have ended
QUIET = 60.0  # seconds without a sign of life that are usual in any training


@dataclass(frozen=True)
class Glance:
    """A run as the page shows it. name: of its folder. about: its recipe and data. share: of its
    steps that are done, in [0, 1]. progress: in words, with the remaining time. numbers: the last
    logged ones, as text by their names. symptoms: sentences. picture: the step of its newest
    picture, None without one. small: whether the picture is so small that it is enlarged by whole
    pixels. problem: why the run cannot be read; then all else is empty.
    """

    name: str
    about: str = ""
    share: float = 0.0
    progress: str = ""
    numbers: Mapping[str, str] = field(default_factory=dict)
    symptoms: Sequence[str] = ()
    picture: int | None = None
    small: bool = False
    problem: str = ""


def glance(path: Path) -> Glance:
    """The run in the folder ``path`` as it is now."""
    try:
        run = Run.open(path)
        last, told = metrics.last(run.metrics_file), run.symptoms()
        steps = int(run.config["recipe"]["steps"])
        scalars = {name: value for name, value in last.items() if name != "step"}
        seen = _newest_picture(run)
        step = max(int(last.get("step", 0)), seen[0] if seen else 0)
        return Glance(
            name=path.name,
            about=run.about,
            share=min(step / steps, 1.0),
            progress=_progress(run, step, steps, scalars),
            numbers=visible(scalars),
            symptoms=[f"Step {each.step:,}: {each.sentence}" for each in told],
            picture=None if seen is None else seen[0],
            small=seen is not None and _width(seen[1]) < 400,
        )
    except GanzooError as error:
        return Glance(name=path.name, problem=str(error))
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError) as error:
        return Glance(name=path.name, problem=f"{path} is a damaged run: {error!r}.")


def _newest_picture(run: Run) -> tuple[int, Path] | None:
    """The newest picture of samples, with its step."""
    pictures = step_files(run.samples, ".png")
    return max(pictures.items()) if pictures else None


def _progress(run: Run, step: int, steps: int, scalars: Mapping[str, float]) -> str:
    """The progress in words."""
    if step >= steps:
        return f"Ended: all {steps:,} steps, {in_words(scalars.get('seconds', 0))} of training."
    speed, quiet = scalars.get("steps_per_s", 0.0), time.time() - _sign_of_life(run)
    patience = max(QUIET, LOGS * run.config["recipe"].get("log_every", 1) / speed if speed else 0)
    if quiet > patience:
        resume = f"ganzoo resume {shlex.quote(str(shortened(run.path)))}"
        return (
            f"Seems to have stopped at step {step:,} of {steps:,}: nothing was written for "
            f"{in_words(quiet)}. To go on: {resume}"
        )
    if not speed:
        return f"Started; nothing is logged yet. It has {steps:,} steps."
    left = in_words((steps - step) / speed)
    return f"Step {step:,} of {steps:,}, about {left} left."


def _sign_of_life(run: Run) -> float:
    """The time at which the run last wrote something, in seconds since 1970."""
    newest = 0.0
    for path in (run.metrics_file, run.samples, run.checkpoints, run.path / "config.json"):
        with suppress(OSError):
            newest = max(newest, path.stat().st_mtime)
    return newest


def _width(picture: Path) -> int:
    """Of a PNG, in pixels; 0 if it cannot be read."""
    try:
        with picture.open("rb") as file:
            return int.from_bytes(file.read(20)[16:20])
    except OSError:
        return 0
