"""Runs with equal settings and different seeds, and the means of their results."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ganzoo.evaluation.report.columns import Column, Key
from ganzoo.evaluation.report.settings import NONE, PROVENANCE, telling
from ganzoo.evaluation.report.student import factor
from ganzoo.evaluation.results import Result
from ganzoo.evaluation.rounding import shown
from ganzoo.run import Run
from ganzoo.run.folder import data_name

Scalars = dict[str, float]
FROM_STEPS = (".since", ".until", "_every")  # ends of the names of settings: moments and intervals


@dataclass(frozen=True)
class Row:
    """A run. step: the last logged step, None if nothing was logged. seconds: the time up to that
    step. differs: its values of the settings in which the runs differ. results: by the key of the
    column."""

    name: str
    run: Run
    step: int | None
    seconds: float | None
    metrics: Sequence[Scalars]
    differs: Mapping[str, Any]
    results: Mapping[Key, Result]

    @property
    def recipe(self) -> str:
        return str(self.run.config["recipe"]["name"])

    @property
    def dataset(self) -> str:
        return data_name(self.run.config)

    @property
    def seed(self) -> int:
        return int(self.run.config["seed"])

    @property
    def planned(self) -> int:
        return int(self.run.config["recipe"]["steps"])

    @property
    def words(self) -> str:
        """The results in a line."""
        return ", ".join(
            f"{result.name} {shown(result.value, result.stderr)}"
            for result in self.results.values()
        )


@dataclass(frozen=True)
class Mean:
    """The mean over n seeds. stderr: the standard deviation divided by the root of n; for one run,
    the standard error of its result, None if it is not known. early: the step of the results, if it
    is not the last step of the runs. repeats: the sets of fakes of one run."""

    value: float
    stderr: float | None
    n: int
    early: int | None = None
    repeats: int = 1

    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the mean by Student's t, for so few numbers as there are; None if it
        is not known."""
        degrees = (self.n if self.n > 1 else self.repeats) - 1
        if self.stderr is None or degrees < 1 or not math.isfinite(self.value):
            return None
        half = factor(degrees) * self.stderr
        return self.value - half, self.value + half


@dataclass(frozen=True)
class Group:
    """Runs that differ only in the seed; a run without such others is alone in its group. label:
    settings that tell the groups apart. means: by the key of the column."""

    rows: Sequence[Row]
    label: Mapping[str, str]
    means: Mapping[Key, Mean]

    @property
    def first(self) -> Row:
        return self.rows[0]


def best(means: Sequence[Mean | None], lower_is_better: bool | None) -> int | None:
    """The index of the mean whose interval is better than the intervals of all others. None if
    intervals overlap or are not known, for a number without a better direction, and for fewer than
    two means."""
    known = {index: mean.interval() for index, mean in enumerate(means) if mean is not None}
    if lower_is_better is None or len(known) < 2:
        return None
    sign = 1 if lower_is_better else -1
    ends = []
    for index, interval in known.items():
        if interval is None:
            return None
        near, far = sorted(sign * end for end in interval)
        ends.append((near, far, index))
    (_, far, index), (near, *_) = sorted(ends)[:2]
    return index if far < near else None


def groups_of(rows: Iterable[Row], columns: Sequence[Column]) -> list[Group]:
    """The runs in groups. A second run with the same settings and the same seed is not independent
    of the first: it comes into another group."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        plain = {"recipe": row.run.config["recipe"], "step": row.step, "differs": row.differs}
        key, number = json.dumps(plain, sort_keys=True, default=str), 0
        while any(row.seed == other.seed for other in groups.get(f"{key}{number}", ())):
            number += 1
        groups.setdefault(f"{key}{number}", []).append(row)
    members = [*groups.values()]
    return [
        Group(each, label, {c.key: mean for c in columns if (mean := _mean(each, c.key))})
        for each, label in zip(members, _labels(members), strict=True)
    ]


def _labels(groups: Sequence[Sequence[Row]]) -> list[dict[str, str]]:
    """The settings that tell the groups apart, or else the name of the first run."""
    candidates = []
    for first, *_ in groups:
        chosen = {k: str(v) for k, v in first.differs.items() if not _follows(k)}
        others = {k: str(v) for k, v in first.differs.items() if _follows(k)}
        about = {"recipe": first.recipe, "dataset": first.dataset}
        candidates.append({**about, **chosen, "steps": steps(first), **others})
    names = telling(candidates)
    labels = [{name: each.get(name, NONE) for name in names} for each in candidates]
    if len({tuple(label.values()) for label in labels}) < len(groups):
        labels = [
            {**label, "run": rows[0].name} for label, rows in zip(labels, groups, strict=True)
        ]
    return labels


def _follows(name: str) -> bool:
    """Whether a setting is seldom chosen, and usually follows from another one."""
    return name.startswith(PROVENANCE) or name.endswith(FROM_STEPS)


def steps(row: Row) -> str:
    """The steps of a run as text, with the planned steps if it was stopped before them."""
    if row.step is None:
        return NONE
    return f"{row.step:,}" + (f" of {row.planned:,}" if row.step < row.planned else "")


def _mean(rows: Sequence[Row], key: Key) -> Mean | None:
    """The mean of the runs' results: of all if they are of one step, else of those of the last
    step."""
    results = [(row, row.results[key]) for row in rows if key in row.results]
    if len({result.protocol.step for _, result in results}) > 1:
        results = [(row, result) for row, result in results if row.step == result.protocol.step]
    if not results:
        return None
    (row, result), *_ = results
    early = None if row.step in (None, result.protocol.step) else result.protocol.step
    if len(rows) == 1:
        return Mean(result.value, result.stderr, 1, early, result.protocol.repeats)
    values = [result.value for _, result in results]
    n = len(values)
    if n < 2 or not all(map(math.isfinite, values)):
        return Mean(sum(values) / n, None, n, early)
    return Mean(statistics.fmean(values), statistics.stdev(values) / math.sqrt(n), n, early)
