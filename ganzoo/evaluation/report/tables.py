"""The tables of a comparison, as heads and rows of text."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from datetime import timedelta

from ganzoo.evaluation.report.columns import Column
from ganzoo.evaluation.report.compare import Comparison
from ganzoo.evaluation.report.groups import Group, Mean, Row, steps
from ganzoo.evaluation.report.settings import NONE
from ganzoo.evaluation.rounding import shown

STAR = "★"
ABOUT = ("run", "recipe", "differs", "dataset", "seed", "steps", "time")
ARROWS = "↓ lower is better, ↑ higher is better"
STARS = f"{STAR} better than all others: the 95 % intervals (Student's t) do not overlap"
ABSENT = "No run here was evaluated. To evaluate one: ganzoo evaluate RUN"

Table = tuple[list[str], list[list[str]]]  # the heads of the columns, and the rows


def of_runs(comparison: Comparison) -> Table:
    """A row for each run."""
    columns = comparison.columns
    return [*ABOUT, *(column.head for column in columns)], [
        [
            *(row.name, row.recipe, differs(row), row.dataset),
            *(str(row.seed), steps(row), duration(row.seconds)),
            *(result(row, column) for column in columns),
        ]
        for row in comparison.rows
    ]


def of_groups(comparison: Comparison) -> Table:
    """A row for each group: its attributes, and its means."""
    heads = [column.head for column in comparison.columns]
    abouts = attributes(comparison)
    return [*abouts, *heads], [
        [*(values[number] for values in abouts.values())]
        + [mean(comparison, group, column) for column in comparison.columns]
        for number, group in enumerate(comparison.groups)
    ]


def attributes(comparison: Comparison) -> dict[str, list[str]]:
    """What tells the groups apart, their seeds and times: values by name, one for each group."""
    groups = comparison.groups
    table = {name: [group.label[name] for group in groups] for name in groups[0].label}
    if comparison.over_seeds():
        table["seeds"] = [seeds(group) for group in groups]
    else:
        table = {"run": [group.first.name for group in groups], **table}
    every_step = [steps(group.first) for group in groups]
    if len({*every_step}) > 1:
        table["steps"] = every_step
    table["time"] = [duration(mean_seconds(group.rows)) for group in groups]
    return table


def title(comparison: Comparison) -> str:
    """The recipe and the dataset that all runs have in common; the name of a run if it is alone."""
    rows = comparison.rows
    if len(rows) == 1:
        return rows[0].name
    recipe, dataset = _common(row.recipe for row in rows), _common(row.dataset for row in rows)
    return " on ".join(filter(None, (recipe or "Several recipes", dataset)))


def caption(comparison: Comparison) -> str:
    """The number of runs, and their length if it is the same for all."""
    rows, groups = comparison.rows, comparison.groups
    if len(rows) == 1:
        counts = f"{rows[0].recipe} on {rows[0].dataset}, seed {rows[0].seed}"
    elif comparison.over_seeds():
        seeds = _common(str(len(group.rows)) for group in groups)
        counts = f"{len(rows)} runs: {len(groups)} settings" if len(groups) > 1 else "one setting"
        counts += f" with {seeds} seeds" + (" each" if len(groups) > 1 else "") if seeds else ""
    else:
        counts = f"{len(rows)} runs"
    length = _common(map(steps, rows))
    return ", ".join(filter(None, (counts, f"{length} steps" if length not in ("", NONE) else "")))


def _common(values: Iterable[str]) -> str:
    """The value if all are equal, else an empty text."""
    first, *others = dict.fromkeys(values)
    return "" if others else first


def differing_too(comparison: Comparison) -> list[str]:
    """The settings in which the runs differ, without those that tell the groups apart, and without
    the options of a component that differs itself."""
    told, names = {*comparison.groups[0].label, "steps"}, comparison.settings
    return [
        name
        for name in names
        if name not in told and not any(name.startswith(f"{other}.") for other in names)
    ]


def zero(comparison: Comparison, column: Column) -> bool:
    """Whether the result of each run is 0."""
    found = [row.results[column.key] for row in comparison.rows if column.key in row.results]
    return all(result.value == 0 and not result.stderr for result in found)


# -- cells -----------------------------------------------------------------------------------------


def result(row: Row, column: Column) -> str:
    """A run's result, with its step if that is not the run's last step."""
    found = row.results.get(column.key)
    if found is None:
        return NONE
    step = found.protocol.step
    return shown(found.value, found.stderr) + _early(None if row.step in (None, step) else step)


def mean(comparison: Comparison, group: Group, column: Column) -> str:
    """A group's mean, with the number of seeds if results are missing, and a star if it is the
    best."""
    found = group.means.get(column.key)
    if found is None:
        return NONE
    star = f" {STAR}" if comparison.best(column) is group else ""
    return plain_mean(found, group) + star


def plain_mean(found: Mean, group: Group) -> str:
    fewer = f" ({found.n} of {len(group.rows)} seeds)" if found.n < len(group.rows) else ""
    return shown(found.value, found.stderr) + _early(found.early) + fewer


def _early(step: int | None) -> str:
    return "" if step is None else f" (step {step:,})"


def differs(row: Row) -> str:
    """A run's settings in which the runs differ."""
    return ", ".join(f"{name}={value}" for name, value in row.differs.items())


def seeds(group: Group) -> str:
    """The seeds of a group, such as "0 to 4"."""
    found = sorted(row.seed for row in group.rows)
    if len(found) > 2 and found == [*range(found[0], found[-1] + 1)]:
        return f"{found[0]} to {found[-1]}"
    return ", ".join(map(str, found))


def mean_seconds(rows: Sequence[Row]) -> float | None:
    """The mean time of the runs that have one."""
    known = [row.seconds for row in rows if row.seconds is not None and math.isfinite(row.seconds)]
    return statistics.fmean(known) if known else None


def duration(seconds: float | None) -> str:
    if seconds is None or not math.isfinite(seconds):
        return NONE
    return str(timedelta(seconds=round(seconds)))


def legend(comparison: Comparison) -> list[str]:
    """The meaning of ± and of the star, where the means have them, and of the arrows, each in a
    line."""
    errors = any(mean.stderr for group in comparison.groups for mean in group.means.values())
    stars = any(comparison.best(column) for column in comparison.columns)
    errors_line = [_errors(comparison)] if errors else []
    return [*errors_line, ARROWS, *([STARS] if stars else [])]


def _errors(comparison: Comparison) -> str:
    if not comparison.over_seeds():
        return "± standard error over sets of fakes; other seeds of a training differ more"
    alone = any(len(group.rows) == 1 for group in comparison.groups)
    over_fakes = "; for a single run, over its sets of fakes" if alone else ""
    return f"± standard error over seeds{over_fakes}"
