"""``ganzoo report``: one run or many as one HTML page."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ganzoo.cli import options
from ganzoo.cli.comparison import PAGES
from ganzoo.cli.param_types import RunFolder
from ganzoo.errors import UsageError


@click.command()
@click.argument("runs", metavar="RUN...", type=RunFolder(), nargs=-1, required=True)
@click.option(
    "--out",
    type=options.PLACE,
    metavar="FILE.html",
    default="report.html",
    show_default=True,
    help="The file of the report.",
)
@options.as_json
def report(runs: tuple[str, ...], out: str, as_json: bool) -> None:
    """Write a report of one RUN or many, as an HTML file.

    It has the results, the curves and the samples, and needs no network and no other file.
    """
    from ganzoo.evaluation.report import compare, html

    if Path(out).suffix.lower() not in PAGES:
        raise UsageError(
            f"--out {out}: the name of a report ends in .html. For a table: ganzoo compare"
        )
    html.write(Path(out), compare.compare(runs))
    click.echo(json.dumps({"report": out}) if as_json else out)
