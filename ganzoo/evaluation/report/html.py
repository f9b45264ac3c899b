"""A comparison as one HTML file, which needs no network and no script."""

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

Shown = Callable[[float, float | None], str]  # a value and its standard error as text

SUMMED = ("recipe", "differs", "dataset", "steps", "seeds")
LEGEND = "★ best of its column; ↓ lower is better, ↑ higher is better"
ABSENT = "No run here was evaluated. To evaluate one: ganzoo evaluate RUN"

TEMPLATE = "report.html.jinja"


@dataclass(frozen=True)
class Picture:
    """A run's newest picture of samples, for the page. small: whether the page enlarges it without
    smoothing."""

    step: int
    base64: str
    small: bool


def write(path: Path, comparison: Comparison, shown: Shown) -> None:
    """Write the report. Raises GanzooError if the file cannot be written."""
    write_whole(path, page(comparison, shown).encode(errors="replace"))


def page(comparison: Comparison, shown: Shown) -> str:
    """The report as HTML. The template escapes all text from runs, but not the plots."""
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
    """The names of all logged scalars but the two horizontal axes of the plots."""
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
    """A run's settings in which the runs differ; with ``others``, only the settings in which it
    differs from one of them."""
    return ", ".join(
        f"{name}={value}"
        for name, value in row.differs.items()
        if not others or any(value != other.differs.get(name) for other in others)
    )


def cell(comparison: Comparison, row: Row, column: Column, shown: Shown) -> str:
    """A result as text, with its step if that is not the run's last step, and a star if it is the
    best of its column."""
    result = row.results.get(column.key)
    if result is None:
        return NONE
    step = result.protocol.step
    early = f" (step {step:,})" if row.step not in (None, step) else ""
    star = " ★" if row.name in comparison.best(column) else ""
    return shown(result.value, result.stderr) + early + star


def means(comparison: Comparison, shown: Shown) -> Iterator[list[str]]:
    """A row of cells for each set of runs that differ only in the seed."""
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
    """Lines of text: one for each protocol; then one for the differences between the protocols of
    each name that has several."""
    labels_of: dict[str, list[str]] = {}
    for column in columns:
        label = f"{column.name} {column.protocol.key}" if column.twin else column.name
        labels_of.setdefault(_in_words(column.protocol), []).append(label)
    lines = [f"{', '.join(labels)}: {protocol}" for protocol, labels in labels_of.items()]
    twins: dict[str, list[Protocol]] = {}
    for column in columns:
        if column.twin:
            twins.setdefault(column.name, []).append(column.protocol)
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, protocols in twins.items():
        alike.setdefault(tuple(p.key for p in protocols), []).append(name)
    return lines + [_differences(", ".join(group), twins[group[0]]) for group in alike.values()]


def _in_words(p: Protocol) -> str:
    features = " ".join(filter(None, (p.features, p.fingerprint)))
    suffix = f"; features: {features}" if p.features else ""
    return f"{p.fakes:,} fakes against {p.reals:,} reals of {p.dataset} ({p.split}){suffix}"


def _differences(name: str, protocols: Sequence[Protocol]) -> str:
    """The differences of the protocols in words: the fields that change the protocol's key."""
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
    names = dict.fromkeys(leaf for values in leaves for leaf in values)
    differing = [n for n in names if len({repr(values.get(n, NONE)) for values in leaves}) > 1]
    parts = (
        f"{p.key} has " + ", ".join(f"{n}={str(values.get(n, NONE))[:40]}" for n in differing)
        for p, values in zip(protocols, leaves, strict=True)
    )
    return f"The protocols of {name} differ; do not compare their columns: {'; '.join(parts)}."
