"""A comparison as one HTML file that needs nothing else: no network, no script."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields, replace
from datetime import timedelta
from html import escape
from pathlib import Path

from ganzoo.evaluation.report.compare import NONE, Column, Comparison, Row, best, flat
from ganzoo.evaluation.report.curves import curve, swatch
from ganzoo.evaluation.results import Protocol
from ganzoo.run.files import write_whole

Shown = Callable[[float, float | None], str]  # a value and its standard error, as people read it

SUMMED = ("recipe", "differs", "dataset", "steps", "seeds")
LEGEND = "★ best of its column; ↓ lower is better, ↑ higher"
ABSENT = "No run here was evaluated. For numbers: ganzoo evaluate RUN"

STYLE = """
:root { color-scheme: light dark; --ink: #1d2329; --quiet: #5f6b76; --edge: #d5dae0;
  --page: #fff; --best: #e8f3ec; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e3e7eb; --quiet: #98a3ae; --edge: #3a424b; --page: #15191d; --best: #1d3529; }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--page);
  max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem .5rem; white-space: nowrap;
  border-bottom: 1px solid var(--edge); }
th { font-weight: 600; } td.best { font-weight: 600; background: var(--best); }
p, figcaption { color: var(--quiet); } p { margin: .4rem 0; overflow-wrap: anywhere; }
figure { margin: 1.2rem 0; } figure svg { width: 100%; height: auto; color: var(--ink); }
td svg, th svg, figcaption svg, .legend svg { width: 26px; height: 8px; vertical-align: middle;
  margin-right: .4rem; }
.legend span { margin-right: 1.4rem; white-space: nowrap; }
.grids { display: grid; gap: 1.2rem; grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.grids figure { margin: 0; } .grids img { width: 100%; }
img.small { image-rendering: pixelated; }
td:has(.long) { white-space: normal; min-width: 14rem; }
"""


def write(path: Path, comparison: Comparison, shown: Shown) -> None:
    """Raises GanzooError where it cannot be written."""
    write_whole(path, page(comparison, shown).encode(errors="replace"))


def page(comparison: Comparison, shown: Shown) -> str:
    rows = comparison.rows
    parts = [
        f"<h1>{len(rows)} runs compared</h1>",
        *_numbers(comparison, shown),
        *_settings(comparison),
        "<h2>Samples</h2>",
        '<div class="grids">',
        *(_grid(row, swatch(number)) for number, row in enumerate(rows)),
        "</div>",
        *_curves(rows),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(', '.join(row.name for row in rows))}</title>\n"
        f"<style>{STYLE}</style>\n</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"
    )


# -- tables ----------------------------------------------------------------------------------------


def _numbers(comparison: Comparison, shown: Shown) -> Iterator[str]:
    columns = comparison.columns
    heads = ["run", "recipe", "dataset", "seed", "steps", "time", *(c.head for c in columns)]
    yield _table(
        heads,
        (
            [swatch(number) + escape(row.name), *map(escape, about(row))]
            + [_cell(comparison, row, column, shown) for column in columns]
            for number, row in enumerate(comparison.rows)
        ),
    )
    if not columns:
        yield f"<p>{escape(ABSENT)}</p>"
        return
    yield f"<p>{LEGEND}</p>"
    if comparison.summaries:
        yield "<h2>Mean ± standard error over seeds</h2>"
        yield _table(
            [*SUMMED, *(c.head for c in columns)],
            ([_wrapped(cell) for cell in cells] for cells in means(comparison, shown)),
        )
    yield "<h2>How it was measured</h2>"
    yield from (f"<p>{escape(note)}</p>" for note in notes(columns))


def _cell(comparison: Comparison, row: Row, column: Column, shown: Shown) -> str:
    text = escape(cell(comparison, row, column, shown))
    return f"\0{text}" if row.name in comparison.best(column) else text


def _wrapped(text: str) -> str:
    return f'<span class="long">{escape(text)}</span>' if len(text) > 40 else escape(text)


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    """Of cells that are HTML; one that begins with a NUL is marked."""
    head = "".join(f"<th>{escape(text)}</th>" for text in heads)
    body = "\n".join(
        "<tr>"
        + "".join(
            f'<td class="best">{text[1:]}</td>' if text[:1] == "\0" else f"<td>{text}</td>"
            for text in row
        )
        + "</tr>"
        for row in rows
    )
    return f'<div class="wide"><table>\n<tr>{head}</tr>\n{body}\n</table></div>'


def _settings(comparison: Comparison) -> Iterator[str]:
    rows = comparison.rows
    yield "<h2>Settings that differ</h2>"
    if not comparison.settings:
        yield "<p>None but the seed.</p>"
        return
    yield _table(
        ["setting", *(row.name for row in rows)],
        (
            [escape(name), *(escape(str(row.differs.get(name, NONE))) for row in rows)]
            for name in comparison.settings
        ),
    )


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


# -- pictures --------------------------------------------------------------------------------------


def _grid(row: Row, mark: str) -> str:
    pictures = sorted(row.run.samples.glob("step-*.png"), key=lambda p: (len(p.name), p.name))
    name = f"{mark}{escape(row.name)}"
    if not pictures:
        return f"<figure><figcaption>{name}: no pictures of samples</figcaption></figure>"
    step = pictures[-1].stem.removeprefix("step-").lstrip("0") or "0"
    png = pictures[-1].read_bytes()
    small = ' class="small"' if int.from_bytes(png[16:20]) < 400 else ""  # its width, in pixels
    data = base64.b64encode(png).decode()
    return (
        f'<figure><img{small} alt="Samples of {escape(row.name)}" '
        f'src="data:image/png;base64,{data}">'
        f"<figcaption>{name}, step {escape(step)}</figcaption></figure>"
    )


def _curves(rows: Sequence[Row]) -> Iterator[str]:
    yield "<h2>Over steps, and over seconds</h2>"
    names = dict.fromkeys(name for row in rows for line in row.metrics for name in line)
    shown = [name for name in names if name not in ("step", "seconds")]
    if not shown:
        yield "<p>Nothing was logged.</p>"
        return
    runs = (f"<span>{swatch(n)}{escape(row.name)}</span>" for n, row in enumerate(rows))
    yield f'<p class="legend">{"".join(runs)}</p>'
    for name in shown:
        yield f"<figure><figcaption>{escape(name)}</figcaption>{curve(rows, name)}</figure>"


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
