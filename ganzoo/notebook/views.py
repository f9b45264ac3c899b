"""Runs, results and components as HTML: what a notebook shows for the value of a cell."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from ganzoo.errors import GanzooError
from ganzoo.evaluation.rounding import arrow, shown
from ganzoo.notebook import curves, html
from ganzoo.notebook.clock import in_words
from ganzoo.paths import shortened
from ganzoo.run.step_files import step_files

MOST = 4  # settings of a run in the table of a comparison

if TYPE_CHECKING:
    from ganzoo.evaluation.report.columns import Column
    from ganzoo.evaluation.report.compare import Comparison
    from ganzoo.evaluation.report.groups import Row
    from ganzoo.evaluation.results import Result
    from ganzoo.experiments.outcome import Tuned
    from ganzoo.registry import Registry
    from ganzoo.registry.entries import Entry
    from ganzoo.run import Run
    from ganzoo.run.listing import RunSummary


def of_run(run: Run) -> str:
    """A run: its newest picture, its curves, and its newest results."""
    parts = [html.heading(run.about, str(shortened(run.path)))]
    with warnings.catch_warnings():  # a damaged line of metrics.jsonl only leaves a gap
        warnings.simplefilter("ignore")
        try:
            metrics = run.metrics()
            results: Sequence[Result] = run.results()
        except GanzooError as error:
            return html.page(*parts, html.paragraph(str(error)))
    if metrics:
        step, seconds = metrics[-1]["step"], metrics[-1].get("seconds", math.nan)
        time = f", trained for {in_words(seconds)}" if math.isfinite(seconds) else ""
        parts.append(html.paragraph(f"step {step:,.0f}{time}"))
    pictures = [*step_files(run.samples, ".png").items()]
    if pictures:
        drawn_at, path = pictures[-1]
        parts.append(html.picture(path.read_bytes(), f"samples at step {drawn_at:,}"))
    measured = str(run.config.get("measuring", {}).get("metric", "")).rpartition(".")[2]
    drawn = curves.png(metrics, measured)
    if drawn:
        title = f"losses and outputs of D{', ' if measured else ''}{measured}"
        parts.append(Markup("<br>") + html.picture(drawn, title))
    newest = max((result.protocol.step for result in results), default=0)
    if results:
        parts.append(_results([each for each in results if each.protocol.step == newest]))
    return html.page(*parts)


def of_results(results: Iterable[Result]) -> str:
    """The results of an evaluation, with their protocols."""
    return html.page(_results(results))


def _results(results: Iterable[Result]) -> Markup:
    """A table of results."""
    rows = [
        [
            each.name,
            f"{each.protocol.features or 'samples'}, {each.protocol.split}",
            f"{shown(each.value, each.stderr)} {arrow(each.lower_is_better)}",
            f"{each.protocol.fakes:,}",
            f"{each.protocol.reals:,}",
            f"{each.protocol.step:,}",
        ]
        for each in results
    ]
    return html.table(("metric", "compared by", "value", "fakes", "reals", "step"), rows, words=2)


def of_runs(found: Iterable[RunSummary]) -> str:
    """The runs in a folder."""
    rows = [
        [
            run.path.name,
            run.recipe,
            run.dataset,
            f"{run.date:%Y-%m-%d %H:%M}",
            f"{run.step:,} of {run.steps:,}",
            ", ".join(f"{name} {value:.4g}" for name, value in [*run.numbers.items()][:3]),
        ]
        for run in found
    ]
    heads = ("run", "recipe", "dataset", "began (UTC)", "steps", "newest numbers")
    return html.page(html.table(heads, rows, words=4))


def of_registry(registry: Registry) -> str:
    """The components by kind, and the plugins that are not in use."""
    rows = [
        [kind, ", ".join(entry.name for entry in entries)]
        for kind, entries in groupby(registry.entries(), key=lambda entry: entry.kind)
    ]
    lost = [
        html.paragraph(f"The plugin {plugin.name} is {plugin.state}: {plugin.reason}")
        for plugin in registry.plugins
        if plugin.state != "loaded"
    ]
    return html.page(html.table(("kind", "components"), rows, words=2), *lost)


def of_components(entries: Iterable[Entry]) -> str:
    """Components, a row each."""
    rows = [[e.kind, e.name, e.summary, e.paper, e.plugin] for e in entries]
    return html.page(html.table(("kind", "name", "summary", "paper", "plugin"), rows, words=5))


def of_comparison(comparison: Comparison) -> str:
    """A comparison, a row for each run."""
    columns = comparison.columns
    rows = [
        [row.name, _differs(row)]
        + [str(row.seed), "-" if row.step is None else f"{row.step:,}"]
        + [_cell(row, column) for column in columns]
        for row in comparison.rows
    ]
    heads = ["run", "differs", "seed", "step", *(column.head for column in columns)]
    return html.page(html.table(heads, rows, words=2))


def _differs(row: Row) -> str:
    """The first settings in which the runs differ, and the number of the others."""
    settings = [f"{name}={value}" for name, value in row.differs.items()]
    more = [f"{len(settings) - MOST} more"] if len(settings) > MOST else []
    return ", ".join([*settings[:MOST], *more])


def _cell(row: Row, column: Column) -> str:
    result = row.results.get(column.key)
    return "-" if result is None else shown(result.value, result.stderr)


def of_tuned(tuned: Tuned) -> str:
    """The trials of a search, the best first."""
    rows = [[f"{trial.value:.5g}", trial.words, trial.run] for trial in tuned.trials]
    heads = [f"{tuned.metric} {arrow(tuned.lower_is_better)}", "settings", "run"]
    shares = [html.paragraph(tuned.shares)] if tuned.importances else []
    again = html.paragraph(f"{tuned.counts} To train the best settings again: {tuned.command}")
    return html.page(html.table(heads, rows, words=3), *shares, again)
