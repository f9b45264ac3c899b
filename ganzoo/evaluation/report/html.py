"""One run or many as one HTML file, which needs no network and no script."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ganzoo.evaluation.report import curves, tables
from ganzoo.evaluation.report.columns import notes
from ganzoo.evaluation.report.compare import Comparison
from ganzoo.evaluation.report.export import as_csv
from ganzoo.evaluation.report.panels import panels
from ganzoo.evaluation.report.pictures import newest, spread
from ganzoo.evaluation.report.settings import NONE, settings_of
from ganzoo.run.files import write_whole
from ganzoo.run.scalars import NAMES

TEMPLATE = "report.html.jinja"
HISTORY = 6  # pictures of the training in the report of one run


def write(path: Path, comparison: Comparison) -> None:
    """Write the report. Raises GanzooError if the file cannot be written."""
    write_whole(path, page(comparison).encode(errors="replace"))


def page(comparison: Comparison) -> str:
    """The report as HTML. The template escapes all text from runs, but not the plots."""
    environment = Environment(
        loader=PackageLoader("ganzoo.evaluation.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    rows, groups = comparison.rows, comparison.groups
    alone = len(rows) == 1
    return environment.get_template(TEMPLATE).render(
        comparison=comparison,
        rows=rows,
        groups=groups,
        columns=comparison.columns,
        alone=alone,
        title=tables.title(comparison),
        caption=tables.caption(comparison),
        attributes=tables.attributes(comparison),
        labels=[" ".join(group.label.values()) or group.first.name for group in groups],
        of_runs=tables.of_runs(comparison),
        mean=lambda group, column: tables.mean(comparison, group, column),
        star=tables.STAR,
        panels=panels(comparison),
        legend=tables.legend(comparison),
        absent=tables.ABSENT,
        notes=notes(comparison.columns),
        none_shown=NONE,
        settings=settings_of(rows[0].run) if alone else {},
        history=spread(rows[0], HISTORY) if alone else [],
        newest=newest,
        logged=curves.logged(groups),
        readable=NAMES,
        colour=curves.colour,
        swatch=lambda number: Markup(curves.swatch(number)),
        curve=lambda name: Markup(curves.curve(groups, name)),
        csv=base64.b64encode(as_csv(comparison).encode(errors="replace")).decode(),
    )
