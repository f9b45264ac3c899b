"""Runs side by side: in what they differ, and what their evaluations found."""

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
from ganzoo.recipe import bare
from ganzoo.run import Run

Scalars = dict[str, float]
TOLD = ("name", "summary", "paper")  # of a recipe: what names it, and makes no difference
NONE = "-"


@dataclass(frozen=True)
class Column:
    """Results that may be compared: of one name, by one protocol. twin: whether there is another
    of the same name."""

    name: str
    lower_is_better: bool
    protocol: Protocol
    twin: bool

    @property
    def key(self) -> tuple[str, str]:
        return self.name, self.protocol.key

    @property
    def head(self) -> str:
        arrow = "↓" if self.lower_is_better else "↑"
        return " ".join((self.name, *([self.protocol.key] if self.twin else []), arrow))


@dataclass(frozen=True)
class Row:
    """A run. step: how far it came, None where nothing was logged; seconds: what that took.
    differs: its settings where the runs' differ. results: by the column's key."""

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
    def planned(self) -> int:
        return int(self.run.config["recipe"]["steps"])


@dataclass(frozen=True)
class Mean:
    """Over n seeds. stderr: the standard deviation over the root of n."""

    value: float
    stderr: float | None
    n: int


@dataclass(frozen=True)
class Summary:
    """Runs that share everything but the seed."""

    rows: Sequence[Row]
    means: Mapping[tuple[str, str], Mean]


@dataclass(frozen=True)
class Comparison:
    rows: Sequence[Row]
    settings: Sequence[str]  # in which the runs differ; not each has each
    columns: Sequence[Column]
    summaries: Sequence[Summary]

    def best(self, column: Column) -> set[str]:
        """The names of the runs that are best; none where there is nothing to be better than."""
        found = {r.name: r.results[column.key].value for r in self.rows if column.key in r.results}
        return best(found, column.lower_is_better)


def best(values: Mapping[str, float], lower: bool) -> set[str]:
    finite = {name: value for name, value in values.items() if math.isfinite(value)}
    if len(values) < 2 or not finite:
        return set()
    extreme = (min if lower else max)(finite.values())
    return {name for name, value in finite.items() if value == extreme}


def compare(paths: Iterable[str | Path]) -> Comparison:
    """Raises GanzooError for what is no run, UsageError for too few, or for one given twice."""
    runs = [Run.open(path) for path in paths]
    for path, count in Counter(run.path.resolve() for run in runs).items():
        if count > 1:
            raise UsageError(f"{path} is given {count} times. Name each run once.")
    if len(runs) < 2:
        raise UsageError("A comparison takes two runs or more.")
    settings = [_settings(run) for run in runs]
    apart = _apart(settings)
    rows = []
    for run, name, each in zip(runs, _names(runs), settings, strict=True):
        lines = run.metrics()
        last = lines[-1] if lines else {}
        rows.append(
            Row(
                name=name,
                run=run,
                step=int(last["step"]) if last else None,
                seconds=last.get("seconds"),
                metrics=lines,
                differs={setting: each[setting] for setting in apart if setting in each},
                results=_newest(run.results()),
            )
        )
    return Comparison(rows, apart, _columns(rows), _summaries(rows))


def _names(runs: Sequence[Run]) -> Sequence[str]:
    """As short as tells them apart: the folder's name, else its parent's too, else the path."""
    for length in (1, 2):
        names = ["/".join(run.path.parts[-length:]) for run in runs]
        if len({*names}) == len(names):
            return names
    return [str(run.path) for run in runs]


def _settings(run: Run) -> dict[str, Any]:
    """All that makes one run differ from another but its seed, by dotted name. Raises GanzooError
    for a configuration that is damaged."""
    config = run.config
    try:
        recipe = {k: v for k, v in config["recipe"].items() if k not in TOLD}
        found = dict(flat("", recipe))
        found[f"checksum.{found['dataset']}"] = str(config["dataset"]["checksum"])[:8]
        found |= {"device": config["device"], "precision": config["precision"]}
        for plugin in sorted(_plugins(recipe)):
            about = config["plugins"][plugin]
            found[f"plugin.{plugin}"] = f"{about['version']} {about['sha256'][:8]}".strip()
        int(config["seed"]), int(recipe["steps"])  # what a row tells
        str(config["recipe"]["name"]), str(config["dataset"]["name"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise GanzooError(f"{run.path / 'config.json'} is damaged: {error!r}.") from None
    return {k: v for k, v in found.items() if k != "dataset"}


def _plugins(node: Any) -> set[str]:
    """The plugins that a written recipe's components are bound to."""
    if isinstance(node, dict):
        own = {str(node["name"]).rpartition(":")[0]} if "name" in node else set()
        return own.union(*map(_plugins, node.values())) - {""}
    return set().union(*map(_plugins, node)) if isinstance(node, list) else set()


def _apart(settings: Sequence[Mapping[str, Any]]) -> list[str]:
    """The settings that are not the same in all runs, what belongs together in one place. That a
    run has no use for the plugins or the data of another is told by its components."""
    names = dict.fromkeys(name for each in settings for name in each)
    heads = [name.partition(".")[0] for name in names]

    def differs(name: str) -> bool:
        absent = [] if name.startswith(("plugin.", "checksum.")) else [NONE]
        values = {repr(v) for each in settings for v in ([each[name]] if name in each else absent)}
        return len(values) > 1

    return sorted(filter(differs, names), key=lambda name: heads.index(name.partition(".")[0]))


def flat(prefix: str, node: Any) -> Iterator[tuple[str, Any]]:
    """The leaves of plain data by dotted name; a part is told by its own name, then its options."""
    if isinstance(node, list) and all(isinstance(part, dict) and "name" in part for part in node):
        yield prefix, " + ".join(bare(part["name"]) for part in node) or "none"
        for part in node:
            options = {k: v for k, v in part.items() if k != "name"}
            yield from flat(f"{prefix}.{bare(part['name'])}", options)
    elif isinstance(node, dict):
        for key, value in node.items():
            named = f"{prefix}.{key}" if prefix else str(key)
            own_name = key == "name" and isinstance(value, str)
            yield from flat(prefix if key == "name" else named, bare(value) if own_name else value)
    else:
        yield prefix, node


def _newest(found: Iterable[Result]) -> dict[tuple[str, str], Result]:
    """Of the results of one name by one protocol, that of the latest step."""
    newest: dict[tuple[str, str], Result] = {}
    for result in found:
        key = result.name, result.protocol.key
        if key not in newest or newest[key].protocol.step <= result.protocol.step:
            newest[key] = result
    return newest


def _columns(rows: Iterable[Row]) -> list[Column]:
    """In the order of the first run that has them, those of one name together."""
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
    """A run that repeats another's seed is no further evidence, and left out."""
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
    """Of the results found at the step that the runs came to."""
    values: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        for key, result in row.results.items():
            if row.step in (None, result.protocol.step):
                values.setdefault(key, []).append(result.value)
    return {key: _mean(each) for key, each in values.items()}


def _mean(values: Sequence[float]) -> Mean:
    n = len(values)
    if n < 2 or not all(map(math.isfinite, values)):
        return Mean(sum(values) / n, None, n)
    return Mean(statistics.fmean(values), statistics.stdev(values) / math.sqrt(n), n)
