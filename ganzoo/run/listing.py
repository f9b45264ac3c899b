"""The runs in a folder, from their files alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ganzoo.errors import GanzooError
from ganzoo.paths import expanded
from ganzoo.run import metrics
from ganzoo.run.folder import Run, data_name
from ganzoo.run.step_files import step_files

RUNS = "runs"  # the folder in which `ganzoo train` makes runs


@dataclass(frozen=True)
class RunSummary:
    """A run in a few words.

    path: its folder, absolute. date: the time at which it began, in UTC. step: the last step that
    was logged or saved; 0 for a run that has none. steps: the number of steps of the whole
    training. numbers: the newest result of each metric by its name, then the last logged scalars.
    measured: the names of the numbers that are results of metrics.
    """

    path: Path
    recipe: str
    dataset: str
    date: datetime
    step: int
    steps: int
    numbers: Mapping[str, float]
    measured: tuple[str, ...] = ()

    def __repr__(self) -> str:
        date = f"{self.date:%Y-%m-%d %H:%M}"
        return f"{date}  {self.path.name}  step {self.step:,} of {self.steps:,}"


class Runs(list[RunSummary]):
    """A list of runs, which a notebook shows as a table."""

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or "No runs"

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views

        return views.of_runs(self)


def runs(folder: str | Path = RUNS) -> Runs:
    """The runs in ``folder``, newest first; only files are read. Warns of a damaged run, and leaves
    it out.

    Raises GanzooError for a folder that does not exist. Without the folder ``runs`` there are no
    runs yet."""
    folder = expanded(folder)
    if not folder.is_dir():
        if folder == Path(RUNS):
            return Runs()
        raise GanzooError(f"There is no folder {folder}. Give a folder that holds runs.")
    found = []
    for config in sorted(folder.glob("*/config.json")):
        if config.parent.name.startswith("."):  # a folder that is being made
            continue
        try:
            found.append(_summary(Run.open(config.parent)))
        except GanzooError as error:
            warnings.warn(f"A run is left out: {error}", stacklevel=2)
    return Runs(sorted(found, key=lambda run: (run.date, run.path.name), reverse=True))


def _summary(run: Run) -> RunSummary:
    config = run.config
    try:
        recipe, steps = str(config["recipe"]["name"]), int(config["recipe"]["steps"])
        dataset, date = data_name(config), _date(config["created"])
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise GanzooError(f"{run.path / 'config.json'} is damaged: {error!r}.") from None
    scalars = metrics.last(run.metrics_file)
    saved = max(step_files(run.checkpoints, ".safetensors"), default=0)
    step = max(int(scalars.pop("step", 0)), saved)
    results = _results(run)
    numbers = {**results, **scalars}
    return RunSummary(run.path, recipe, dataset, date, step, steps, numbers, (*results,))


def _date(created: Any) -> datetime:
    return datetime.strptime(created, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def _results(run: Run) -> dict[str, float]:
    """The newest result of each name. Warns if the file of the results is damaged."""
    try:
        newest = sorted(run.results(), key=lambda result: result.protocol.step)
    except GanzooError as error:
        warnings.warn(str(error), stacklevel=4)
        return {}
    return {result.name: result.value for result in newest}
