"""The comparison of runs: the settings that differ, and the results of their evaluations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganzoo.errors import UsageError
from ganzoo.evaluation.report.columns import Column, columns_of, newest
from ganzoo.evaluation.report.groups import Group, Row, best, groups_of
from ganzoo.evaluation.report.settings import differing, settings_of
from ganzoo.run import Run


@dataclass(frozen=True)
class Comparison:
    """Runs side by side. settings: the names of the settings in which the runs differ; a run may
    lack some of them. groups: the runs that differ only in the seed, together."""

    rows: Sequence[Row]
    settings: Sequence[str]
    columns: Sequence[Column]
    groups: Sequence[Group]

    def best(self, column: Column) -> Group | None:
        """The group that is better than all others; None unless its 95 % interval is
        apart from theirs."""
        means = [group.means.get(column.key) for group in self.groups]
        index = best(means, column.lower_is_better)
        return None if index is None else self.groups[index]

    def over_seeds(self) -> bool:
        """Whether a group has several seeds."""
        return any(len(group.rows) > 1 for group in self.groups)

    def table(self) -> list[dict[str, Any]]:
        """A flat dictionary for each run, for ``pandas.DataFrame``: its name, recipe, dataset, seed
        and step, the settings in which the runs differ, and the values of its results."""
        return [
            {
                "run": row.name,
                "recipe": row.recipe,
                "dataset": row.dataset,
                "seed": row.seed,
                "step": row.step,
                "seconds": row.seconds,
                **row.differs,
                **{
                    column.label: row.results[column.key].value
                    for column in self.columns
                    if column.key in row.results
                },
            }
            for row in self.rows
        ]

    def __repr__(self) -> str:
        return "\n".join(f"{row.name}: {row.words}" for row in self.rows)

    def _repr_html_(self) -> str:
        from ganzoo.notebook import views

        return views.of_comparison(self)


def compare(runs: Iterable[str | Path | Run]) -> Comparison:
    """Compare runs, or the runs in these folders; of one run, a comparison has the results. Raises
    GanzooError for a folder that is not a run, UsageError for no run, or for a run given twice."""
    if isinstance(runs, str | Path | Run):
        raise UsageError(f"Give a list of runs, not {runs!r} alone.")
    opened = [run if isinstance(run, Run) else Run.open(run) for run in runs]
    for path, count in Counter(run.path.resolve() for run in opened).items():
        if count > 1:
            raise UsageError(f"{path} is given {count} times. Name each run once.")
    if not opened:
        raise UsageError("Name a run or more.")
    settings = [settings_of(run) for run in opened]
    names = differing(settings)
    rows = []
    for run, name, own in zip(opened, _names(opened), settings, strict=True):
        lines = run.metrics()
        last = lines[-1] if lines else {}
        rows.append(
            Row(
                name=name,
                run=run,
                step=int(last["step"]) if last else None,
                seconds=last.get("seconds"),
                metrics=lines,
                differs={setting: own[setting] for setting in names if setting in own},
                results=newest(run.results()),
            )
        )
    columns = columns_of(row.results for row in rows)
    return Comparison(rows, names, columns, groups_of(rows, columns))


def _names(runs: Sequence[Run]) -> Sequence[str]:
    """The shortest names that are all different: the folder's name, else PARENT/NAME, else the
    path."""
    for length in (1, 2):
        names = ["/".join(run.path.parts[-length:]) for run in runs]
        if len({*names}) == len(names):
            return names
    return [str(run.path) for run in runs]
