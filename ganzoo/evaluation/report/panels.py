"""Panels of the report: for each number the means of the settings as points with error bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ganzoo.evaluation.report import tables
from ganzoo.evaluation.report.columns import Column
from ganzoo.evaluation.report.compare import Comparison
from ganzoo.evaluation.report.groups import Group, Mean

MARGIN = 0.06  # of the axis, free at each end


@dataclass(frozen=True)
class Bar:
    """A line of an error bar. start, end: in percent of the width of the panel."""

    start: float
    end: float
    width: float  # in pixels


@dataclass(frozen=True)
class Mark:
    """The result of a group. place, seeds, bars: in percent of the width. text: the number."""

    number: int  # of the group
    place: float
    bars: Sequence[Bar]
    seeds: Sequence[float]
    text: str
    best: bool


@dataclass(frozen=True)
class Panel:
    """The results of all groups for one column. ticks: places in percent, with their numbers."""

    column: Column
    ticks: Sequence[tuple[float, str]]
    marks: Sequence[Mark]


def panels(comparison: Comparison) -> list[Panel]:
    """A panel for each column that has two values or more, which are not all 0."""
    found = (_panel(comparison, c) for c in comparison.columns if not tables.zero(comparison, c))
    return [panel for panel in found if panel is not None]


def _panel(comparison: Comparison, column: Column) -> Panel | None:
    means = {
        number: mean
        for number, group in enumerate(comparison.groups)
        if (mean := group.means.get(column.key)) and math.isfinite(mean.value)
    }
    seeds = {number: _seeds(comparison.groups[number], column) for number in means}
    values = [value for number in means for value in seeds[number]]
    if len(values) < 2:
        return None
    for mean in means.values():
        values += [mean.value, *(mean.interval() or ())]
    low, high = min(values), max(values)
    margin = MARGIN * (high - low) or abs(low) or 1.0
    low, high = low - margin, high + margin

    def place(value: float) -> float:
        return round(100 * (value - low) / (high - low), 2)

    def bars(mean: Mean) -> list[Bar]:
        interval = mean.interval()
        if not mean.stderr or interval is None:
            return []
        error = mean.value - mean.stderr, mean.value + mean.stderr
        return [Bar(place(a), place(b), w) for (a, b), w in ((interval, 1.5), (error, 4.0))]

    best = comparison.best(column)
    marks = [
        Mark(
            number,
            place(mean.value),
            bars(mean),
            [*map(place, seeds[number])] if len(seeds[number]) > 1 else [],
            tables.plain_mean(mean, comparison.groups[number]),
            comparison.groups[number] is best,
        )
        for number, mean in means.items()
    ]
    return Panel(column, [(place(tick), f"{tick:.6g}") for tick in _ticks(low, high)], marks)


def _seeds(group: Group, column: Column) -> list[float]:
    """The result of each run."""
    found = [row.results[column.key].value for row in group.rows if column.key in row.results]
    return [*filter(math.isfinite, found)]


def _ticks(low: float, high: float) -> list[float]:
    from matplotlib.ticker import MaxNLocator

    ticks = map(float, MaxNLocator(4).tick_values(low, high))
    return [tick for tick in ticks if low <= tick <= high]
