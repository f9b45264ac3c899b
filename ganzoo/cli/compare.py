"""``ganzoo compare``: the results of several runs side by side."""

from __future__ import annotations

import click

from ganzoo.cli import options
from ganzoo.cli.comparison import as_json as json_of
from ganzoo.cli.comparison import format_of, show, table_format, write
from ganzoo.cli.param_types import RunFolder
from ganzoo.errors import UsageError


@click.command()
@click.argument("runs", metavar="RUN RUN...", type=RunFolder(), nargs=-1, required=True)
@table_format
@click.option(
    "--out",
    type=options.PLACE,
    metavar="FILE",
    help="Write a file too: a table (.csv, .md, .tex) or a report with plots and samples (.html).",
)
@options.as_json
def compare(
    runs: tuple[str, ...], table_format: str | None, out: str | None, as_json: bool
) -> None:
    """Compare RUNs: means over seeds, and the settings that differ."""
    from ganzoo.evaluation.report import compare as comparing
    from ganzoo.evaluation.report.export import export

    file_format = format_of(out, table_format)
    if as_json and table_format and not out:
        raise UsageError("--json and --format name two formats. Give one of them.")
    if len(runs) < 2:
        raise UsageError(
            f"A comparison needs two runs or more. For one run: ganzoo report {runs[0]}"
        )
    comparison = comparing.compare(runs)
    if out and file_format:
        write(out, comparison, file_format)
    if as_json:
        click.echo(json_of(comparison, out))
    elif table_format and not out:
        click.echo(export(comparison, table_format), nl=False)
    else:
        show(comparison)
        if out:
            click.echo(f"\n{out}")
