"""``ganzoo compare``: a table and an HTML report of several runs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ganzoo.cli import options
from ganzoo.cli.param_types import RunFolder
from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from ganzoo.evaluation.report.compare import Comparison


@click.command()
@click.argument("runs", metavar="RUN RUN...", type=RunFolder(), nargs=-1, required=True)
@click.option(
    "--out",
    type=options.PLACE,
    metavar="FILE.html",
    default="comparison.html",
    show_default=True,
    help="The file of the report.",
)
@options.as_json
def compare(runs: tuple[str, ...], out: str, as_json: bool) -> None:
    """Compare RUNs in a table and in an HTML page.

    The page has the settings that differ, the results, the curves and the samples, in one file.
    """
    from ganzoo.cli.evaluate import shown
    from ganzoo.evaluation.report import compare as comparing
    from ganzoo.evaluation.report import html as report

    if Path(out).suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"--out {out}: the name of the report must end in .html.")
    comparison = comparing.compare(runs)
    report.write(Path(out), comparison, shown)
    if as_json:
        click.echo(json.dumps({"report": out, **plain(comparison)}, indent=2))
        return
    show(comparison)
    click.echo(f"\n{out}")


def plain(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain data, for JSON."""
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
                "key": column.protocol.key,
                "lower_is_better": column.lower_is_better,
                "best": sorted(comparison.best(column)),
            }
            for column in comparison.columns
        ],
        "seeds": [
            {
                "runs": [row.name for row in summary.rows],
                "means": [
                    {"name": name, "key": key, **asdict(mean)}
                    for (name, key), mean in summary.means.items()
                ],
            }
            for summary in comparison.summaries
        ],
    }


def show(comparison: Comparison) -> None:
    """Print the tables and the protocols of their numbers."""
    from ganzoo.cli.evaluate import shown
    from ganzoo.evaluation.report import html as report

    columns = comparison.columns
    heads = [column.head for column in columns]
    _table(
        ["run", "recipe", "differs", "dataset", "seed", "steps", "time", *heads],
        [
            [row.name, row.recipe, report.differs(row), *rest]
            + [report.cell(comparison, row, column, shown) for column in columns]
            for row in comparison.rows
            for _, *rest in [report.about(row)]
        ],
    )
    if not columns:
        click.echo(f"\n{report.ABSENT}")
        return
    click.echo(f"\n{report.LEGEND}")
    if comparison.summaries:
        click.echo("\nMean ± standard error over seeds")
        _table([*report.SUMMED, *heads], list(report.means(comparison, shown)))
    click.echo()
    for note in report.notes(columns):
        click.echo(note)


def _table(heads: list[str], rows: list[list[str]]) -> None:
    """Print a table without cutting any cell. On a terminal, the long cells of the column "differs"
    are folded."""
    import sys

    from rich.console import Console
    from rich.table import Table

    terminal = sys.stdout.isatty()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for head in heads:
        folds = terminal and head == "differs"
        table.add_column(head, no_wrap=not folds, max_width=40 if folds else None)
    for row in rows:
        table.add_row(*row)
    Console(width=10_000, markup=False, emoji=False, highlight=False).print(table)
