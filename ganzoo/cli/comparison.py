"""The printed form of a comparison, for ``ganzoo compare`` and ``ganzoo sweep``."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli.terminal import on_terminal, width, wrapped
from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from ganzoo.evaluation.report.columns import Column
    from ganzoo.evaluation.report.compare import Comparison

PAGES = (".html", ".htm")
table_format = click.option(
    "--format",
    "table_format",
    type=click.Choice(["csv", "md", "latex"]),
    help="Print a table in this format: csv has a line for each run and all digits, md and latex "
    "have the means over seeds.",
)


def format_of(out: str | None, table_format: str | None) -> str | None:
    """The format of the file ``out``: csv, md, latex, or html; None without a file. Raises
    UsageError if its suffix names no format, or another one than ``table_format``."""
    from ganzoo.evaluation.report.export import SUFFIXES

    if out is None:
        return None
    formats = {**SUFFIXES, **dict.fromkeys(PAGES, "html")}
    named = formats.get(Path(out).suffix.lower())
    if named and table_format not in (None, named):
        raise UsageError(
            f"--out {out} ends in a suffix of {named}, but --format is {table_format}."
        )
    if not (named or table_format):
        known = ", ".join(SUFFIXES)
        raise UsageError(
            f"--out {out}: the suffix gives the format, {known} or .html. Or name it: --format csv."
        )
    return table_format or named


def write(out: str, comparison: Comparison, format: str) -> None:
    """Write the comparison in a format of ``format_of``."""
    from ganzoo.evaluation.report import html
    from ganzoo.evaluation.report.export import export
    from ganzoo.run.files import write_whole

    if format == "html":
        html.write(Path(out), comparison)
    else:
        write_whole(Path(out), export(comparison, format).encode(errors="replace"))


def show(comparison: Comparison) -> None:
    """Print the results and their protocols: on a terminal the means of each setting, in blocks
    that fit; in a pipe a line for each run, without a limit of its length."""
    from ganzoo.evaluation.report import tables
    from ganzoo.evaluation.report.columns import notes

    if on_terminal():
        columns = _on_terminal(comparison)
    else:
        columns = list(comparison.columns)
        _in_pipe(comparison)
    click.echo()
    if not comparison.columns:
        click.echo(wrapped(tables.ABSENT))
        return
    for line in (*tables.legend(comparison), *notes(columns)):
        click.echo(wrapped(line, "  "))


def _on_terminal(comparison: Comparison) -> list[Column]:
    """Print the means, with the settings as columns or as rows. Returns the numbers that are
    shown."""
    from ganzoo.cli import blocks
    from ganzoo.evaluation.report import tables

    columns = [c for c in comparison.columns if not tables.zero(comparison, c)]
    about = tables.attributes(comparison)
    texts = {name: [*blocks.folded(values)] for name, values in about.items()}
    numbers = [[tables.mean(comparison, g, c) for g in comparison.groups] for c in columns]
    across = [*zip(*texts.values(), *numbers, strict=True)]
    names = [*texts, *(column.label for column in columns)]
    arrows = [*("" for _ in texts), *(column.arrow for column in columns)]
    labels = [[name, *values] for name, values in texts.items()]
    down = [[column.head, *values] for column, values in zip(columns, numbers, strict=True)]
    click.secho(tables.title(comparison), bold=True)
    click.echo(wrapped(tables.caption(comparison)) + "\n")
    beside, below = ([names, arrows], across), (labels, down)
    as_rows = bool(down) and not blocks.too_wide(*below, width())
    if as_rows and len(blocks.blocks(*below, width())) < len(blocks.blocks(*beside, width())):
        blocks.print_blocks(*below, width())
    else:
        blocks.print_blocks(*beside, width(), heads=len(texts))
    zeros = [column.label for column in comparison.columns if column not in columns]
    more = tables.differing_too(comparison)
    for words, left_out in (("0 in all runs", zeros), ("The runs also differ in", more)):
        if left_out:
            click.echo("\n" + wrapped(f"{words}: {', '.join(left_out)}", "  "))
    return columns


def _in_pipe(comparison: Comparison) -> None:
    from ganzoo.evaluation.report import tables

    _wide(*tables.of_runs(comparison))
    if comparison.columns and comparison.over_seeds():
        click.echo("\nMean ± standard error over seeds")
        _wide(*tables.of_groups(comparison))


def _wide(heads: list[str], rows: list[list[str]]) -> None:
    """Print a table without folding or cutting a cell."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head, no_wrap=True)
    for row in rows:
        table.add_row(*row)
    Console(width=10_000, markup=False, emoji=False, highlight=False).print(table)


def as_json(comparison: Comparison, report: str | None) -> str:
    """The comparison as JSON; ``report``: the file that it was written to."""
    return json.dumps({"report": report, **_plain(comparison)}, indent=2)


def _plain(comparison: Comparison) -> dict[str, Any]:
    names = [column.key for column in comparison.columns]
    return {
        "runs": [
            {
                "name": row.name,
                "run": str(row.run.path),
                "recipe": row.recipe,
                "dataset": row.dataset,
                "seed": row.seed,
                "step": row.step,
                "seconds": row.seconds,
                "differs": dict(row.differs),
                "results": [row.results[key].plain() for key in names if key in row.results],
            }
            for row in comparison.rows
        ],
        "columns": [
            {
                "name": column.name,
                "label": column.label,
                "key": column.protocol.key,
                "lower_is_better": column.lower_is_better,
                "best": [row.name for row in best.rows]
                if (best := comparison.best(column))
                else [],
            }
            for column in comparison.columns
        ],
        "seeds": [
            {
                "runs": [row.name for row in group.rows],
                "settings": dict(group.label),
                "means": [
                    {"name": name, "key": key, **asdict(mean)}
                    for (name, key), mean in group.means.items()
                ],
            }
            for group in comparison.groups
        ],
    }
