"""A comparison as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ganzoo.evaluation.report.compare import NONE, Column, Comparison, Row, best, flat
from ganzoo.evaluation.report.curves import curve, swatch
from ganzoo.evaluation.results import Protocol
from ganzoo.run.files import write_whole
from ganzoo.run.step_files import step_files

Shown = Callable[[float, float | None], str]  # a value and its standard error, as people read it

SUMMED = ("recipe", "differs", "dataset", "steps", "seeds")
LEGEND = "★ best of its column; ↓ lower is better, ↑ higher"
ABSENT = "No run here was evaluated. For numbers: ganzoo evaluate RUN"

TEMPLATE = "report.html.jinja"


@dataclass(frozen=True)
class Picture:
    """A run's newest picture of samples, as a page holds it. small: whether it is to be enlarged
    without smoothing."""

    step: int
    base64: str
    small: bool


def write(path: Path, comparison: Comparison, shown: Shown) -> None:
    """Raises GanzooError where it cannot be written."""
    write_whole(path, page(comparison, shown).encode(errors="replace"))


def page(comparison: Comparison, shown: Shown) -> str:
    """The report as HTML. What comes from runs is escaped by the template; the plots are not."""
    environment = Environment(
        loader=PackageLoader("ganzoo.evaluation.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template(TEMPLATE).render(
        comparison=comparison,
        rows=comparison.rows,
        columns=comparison.columns,
        heads=[column.head for column in comparison.columns],
        summed=[*SUMMED],
        means=means(comparison, shown),
        notes=notes(comparison.columns),
        logged=_logged(comparison.rows),
        about=about,
        cell=lambda row, column: cell(comparison, row, column, shown),
        newest=_newest,
        swatch=lambda number: Markup(swatch(number)),
        curve=lambda rows, name: Markup(curve(rows, name)),
        legend=LEGEND,
        absent=ABSENT,
        none_shown=NONE,
    )


def _newest(row: Row) -> Picture | None:
    pictures = step_files(row.run.samples, ".png")
    if not pictures:
        return None
    step, path = [*pictures.items()][-1]
    png = path.read_bytes()
    width = int.from_bytes(png[16:20])  # in pixels
    return Picture(step, base64.b64encode(png).decode(), width < 400)


def _logged(rows: Sequence[Row]) -> list[str]:
    """The names of all that was logged, but for what it is plotted over."""
    names = dict.fromkeys(name for row in rows for line in row.metrics for name in line)
    return [name for name in names if name not in ("step", "seconds")]


# -- cells -----------------------------------------------------------------------------------------


def about(row: Row) -> list[str]:
    """A run's recipe, dataset, seed, steps and time."""
    steps = NONE if row.step is None else f"{row.step:,}"
    if row.step is not None and row.step < row.planned:
        steps += f" of {row.planned:,}"
    finite = row.seconds is not None and math.isfinite(row.seconds)
    time = str(timedelta(seconds=round(row.seconds or 0))) if finite else NONE
    return [row.recipe, row.dataset, str(row.seed), steps, time]


def differs(row: Row, others: Sequence[Row] = ()) -> str:
    """A run's settings where the runs differ, or, of them, those where these others do."""
    return ", ".join(
        f"{name}={value}"
        for name, value in row.differs.items()
        if not others or any(value != other.differs.get(name) for other in others)
    )


def cell(comparison: Comparison, row: Row, column: Column, shown: Shown) -> str:
    """A number, with the step where it is not the run's last, and a star where it is the best."""
    result = row.results.get(column.key)
    if result is None:
        return NONE
    step = result.protocol.step
    early = f" (step {step:,})" if row.step not in (None, step) else ""
    star = " ★" if row.name in comparison.best(column) else ""
    return shown(result.value, result.stderr) + early + star


def means(comparison: Comparison, shown: Shown) -> Iterator[list[str]]:
    """A row for each set of runs that share everything but the seed."""
    best_of = {
        column.key: best(
            {
                s.rows[0].name: s.means[column.key].value
                for s in comparison.summaries
                if column.key in s.means
            },
            column.lower_is_better,
        )
        for column in comparison.columns
    }
    firsts = [summary.rows[0] for summary in comparison.summaries]
    for first, summary in zip(firsts, comparison.summaries, strict=True):
        others = [row for row in firsts if row is not first]
        cells = [first.recipe, differs(first, others), first.dataset, about(first)[3]]
        cells.append(", ".join(str(row.seed) for row in summary.rows))
        for column in comparison.columns:
            mean = summary.means.get(column.key)
            star = " ★" if first.name in best_of[column.key] else ""
            cells.append(f"{shown(mean.value, mean.stderr)} (n = {mean.n}){star}" if mean else NONE)
        yield cells


# -- protocols -------------------------------------------------------------------------------------


def notes(columns: Sequence[Column]) -> list[str]:
    """How the numbers were measured, a line a protocol, and how those of one name differ."""
    told: dict[str, list[str]] = {}
    for column in columns:
        label = f"{column.name} {column.protocol.key}" if column.twin else column.name
        told.setdefault(_told(column.protocol), []).append(label)
    lines = [f"{', '.join(labels)}: {line}" for line, labels in told.items()]
    twins: dict[str, list[Protocol]] = {}
    for column in columns:
        if column.twin:
            twins.setdefault(column.name, []).append(column.protocol)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, protocols in twins.items():
        alike.setdefault(tuple(p.key for p in protocols), []).append(name)
    return lines + [_apart(", ".join(each), twins[each[0]]) for each in alike.values()]


def _told(p: Protocol) -> str:
    by = f"; by {' '.join(filter(None, (p.features, p.fingerprint)))}" if p.features else ""
    return f"{p.fakes:,} fakes against {p.reals:,} of {p.dataset} ({p.split}){by}"


def _apart(name: str, protocols: Sequence[Protocol]) -> str:
    """Which fields make the keys differ is asked of the key itself."""
    first, *others = protocols
    differ = [
        field.name
        for field in fields(Protocol)
        for other in others
        if replace(first, **{field.name: getattr(other, field.name)}).key != first.key
    ]
    leaves = [
        {k: v for field in differ for k, v in flat(field, getattr(p, field))} for p in protocols
    ]
    names = dict.fromkeys(leaf for each in leaves for leaf in each)
    apart = [n for n in names if len({repr(each.get(n, NONE)) for each in leaves}) > 1]
    ways = (
        f"{p.key} has " + ", ".join(f"{n}={str(each.get(n, NONE))[:40]}" for n in apart)
        for p, each in zip(protocols, leaves, strict=True)
    )
    return f"The protocols of {name} differ, and their columns do not compare: {'; '.join(ways)}."
