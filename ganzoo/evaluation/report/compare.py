"""The comparison of runs: the settings that differ, and the results of their evaluations."""

from __future__ import annotations

import json
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.results import Protocol, Result
from ganzoo.evaluation.rounding import arrow, shown
from ganzoo.recipe import bare
from ganzoo.run import Run

Scalars = dict[str, float]
LABELS = ("name", "summary", "paper")  # fields of a recipe that do not change its training
NONE = "-"


@dataclass(frozen=True)
class Column:
    """Results that are comparable: one name, one protocol. twin: whether another column has the
    same name."""

    name: str
    lower_is_better: bool
    protocol: Protocol
    twin: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.protocol.key

    @property
    def label(self) -> str:
        """The name, with the protocol's key if another column has the same name."""
        return f"{self.name} {self.protocol.key}" if self.twin else self.name

    @property
    def head(self) -> str:
        return f"{self.label} {arrow(self.lower_is_better)}"


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
    results: Mapping[tuple[str, str], Result]

    @property
    def recipe(self) -> str:
        return str(self.run.config["recipe"]["name"])

    @property
    def dataset(self) -> str:
        return str(self.run.config["dataset"]["name"])

    @property
    def seed(self) -> int:
        return int(self.run.config["seed"])

    @property
    def words(self) -> str:
        """The results in a line."""
        return ", ".join(
            f"{result.name} {shown(result.value, result.stderr)}"
            for result in self.results.values()
        )

    @property
    def planned(self) -> int:
        return int(self.run.config["recipe"]["steps"])


@dataclass(frozen=True)
class Mean:
    """The mean over n seeds. stderr: the standard deviation divided by the root of n."""

    value: float
    stderr: float | None
    n: int


@dataclass(frozen=True)
class Summary:
    """Runs that differ only in the seed, and the means of their results by the column's key."""

    rows: Sequence[Row]
    means: Mapping[tuple[str, str], Mean]


@dataclass(frozen=True)
class Comparison:
    rows: Sequence[Row]
    settings: Sequence[str]  # in which the runs differ; a run may lack some of them
    columns: Sequence[Column]
    summaries: Sequence[Summary]

    def best(self, column: Column) -> set[str]:
        """The names of the best runs; empty if fewer than two runs have a result."""
        values = {r.name: r.results[column.key].value for r in self.rows if column.key in r.results}
        return best(values, column.lower_is_better)

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


def best(values: Mapping[str, float], lower: bool) -> set[str]:
    """The names of the best values, ties included; empty for fewer than two values."""
    finite = {name: value for name, value in values.items() if math.isfinite(value)}
    if len(values) < 2 or not finite:
        return set()
    extreme = (min if lower else max)(finite.values())
    return {name for name, value in finite.items() if value == extreme}


def compare(runs: Iterable[str | Path | Run]) -> Comparison:
    """Compare runs, or the runs in these folders. Raises GanzooError for a folder that is not a
    run, UsageError for fewer than two runs, or for a run given twice."""
    if isinstance(runs, str | Path | Run):
        raise UsageError(f"Give a list of runs, not {runs!r} alone.")
    opened = [run if isinstance(run, Run) else Run.open(run) for run in runs]
    for path, count in Counter(run.path.resolve() for run in opened).items():
        if count > 1:
            raise UsageError(f"{path} is given {count} times. Name each run once.")
    if len(opened) < 2:
        raise UsageError("A comparison needs two runs or more.")
    settings = [_settings(run) for run in opened]
    differing = _differing(settings)
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
                differs={setting: own[setting] for setting in differing if setting in own},
                results=_newest(run.results()),
            )
        )
    return Comparison(rows, differing, _columns(rows), _summaries(rows))


def _names(runs: Sequence[Run]) -> Sequence[str]:
    """The shortest names that are all different: the folder's name, else PARENT/NAME, else the
    path."""
    for length in (1, 2):
        names = ["/".join(run.path.parts[-length:]) for run in runs]
        if len({*names}) == len(names):
            return names
    return [str(run.path) for run in runs]


def _settings(run: Run) -> dict[str, Any]:
    """All settings of a run but the seed, by dotted name. Raises GanzooError if the run's
    configuration is damaged."""
    config = run.config
    try:
        recipe = {k: v for k, v in config["recipe"].items() if k not in LABELS}
        settings = dict(flat("", recipe))
        settings[f"checksum.{settings['dataset']}"] = str(config["dataset"]["checksum"])[:8]
        settings |= {"device": config["device"], "precision": config["precision"]}
        for plugin in sorted(_plugins(recipe)):
            about = config["plugins"][plugin]
            settings[f"plugin.{plugin}"] = f"{about['version']} {about['sha256'][:8]}".strip()
        int(config["seed"]), int(recipe["steps"])  # the fields that a Row reads
        str(config["recipe"]["name"]), str(config["dataset"]["name"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GanzooError(f"{run.path / 'config.json'} is damaged: {error!r}.") from None
    return {k: v for k, v in settings.items() if k != "dataset"}


def _plugins(node: Any) -> set[str]:
    """The names of the plugins of a recipe's components, from the recipe as plain data."""
    if isinstance(node, dict):
        own = {str(node["name"]).rpartition(":")[0]} if "name" in node else set()
        return own.union(*map(_plugins, node.values())) - {""}
    return set().union(*map(_plugins, node)) if isinstance(node, list) else set()


def _differing(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The settings that are not the same in all runs, grouped by the first part of their names. A
    plugin or a checksum that a run does not have is no difference: its components show it."""
    names = dict.fromkeys(name for own in settings for name in own)
    heads = [name.partition(".")[0] for name in names]

    def differs(name: str) -> bool:
        absent = [] if name.startswith(("plugin.", "checksum.")) else [NONE]
        values = {repr(v) for own in settings for v in ([own[name]] if name in own else absent)}
        return len(values) > 1

    return sorted(filter(differs, names), key=lambda name: heads.index(name.partition(".")[0]))


def flat(prefix: str, node: Any) -> Iterator[tuple[str, Any]]:
    """The leaves of plain data by dotted name. A component gives its own name, then its options."""
    if isinstance(node, list) and all(isinstance(part, dict) and "name" in part for part in node):
        yield prefix, " + ".join(bare(part["name"]) for part in node) or "none"
        for part in node:
            options = {k: v for k, v in part.items() if k != "name"}
            yield from flat(f"{prefix}.{bare(part['name'])}", options)
    elif isinstance(node, dict):
        for key, value in node.items():
            path = f"{prefix}.{key}" if prefix else str(key)
            own_name = key == "name" and isinstance(value, str)
            yield from flat(prefix if key == "name" else path, bare(value) if own_name else value)
    else:
        yield prefix, node


def _newest(results: Iterable[Result]) -> dict[tuple[str, str], Result]:
    """The result of the latest step for each name and protocol."""
    newest: dict[tuple[str, str], Result] = {}
    for result in results:
        key = result.name, result.protocol.key
        if key not in newest or newest[key].protocol.step <= result.protocol.step:
            newest[key] = result
    return newest


def _columns(rows: Iterable[Row]) -> list[Column]:
    """The columns in the order of the first run that has them; columns of one name are adjacent."""
    first: dict[tuple[str, str], Result] = {}
    for row in rows:
        for key, result in row.results.items():
            first.setdefault(key, result)
    count = Counter(name for name, _ in first)
    return [
        Column(name, result.lower_is_better, result.protocol, count[name] > 1)
        for name in count
        for (other, _), result in first.items()
        if other == name
    ]


def _summaries(rows: Iterable[Row]) -> list[Summary]:
    """Summaries of the runs that differ only in the seed. A second run with the same seed is left
    out: it is not independent."""
    groups: dict[str, dict[int, Row]] = {}
    for row in rows:
        config = {"recipe": row.run.config["recipe"], "step": row.step, "differs": row.differs}
        group = groups.setdefault(json.dumps(config, sort_keys=True, default=str), {})
        group.setdefault(row.seed, row)
    return [
        Summary([*group.values()], _means([*group.values()]))
        for group in groups.values()
        if len(group) > 1
    ]


def _means(rows: Sequence[Row]) -> dict[tuple[str, str], Mean]:
    """The means of the results at the last step of the runs."""
    values: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        for key, result in row.results.items():
            if row.step in (None, result.protocol.step):
                values.setdefault(key, []).append(result.value)
    return {key: _mean(numbers) for key, numbers in values.items()}


def _mean(values: Sequence[float]) -> Mean:
    n = len(values)
    if n < 2 or not all(map(math.isfinite, values)):
        return Mean(sum(values) / n, None, n)
    return Mean(statistics.fmean(values), statistics.stdev(values) / math.sqrt(n), n)
