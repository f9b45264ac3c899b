"""Plots of the scalars that runs logged: a line for each setting, a band over its seeds."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence

from ganzoo.evaluation.report.groups import Group

INK = "#010203"  # replaced in the SVG by the text colour of the page, light or dark
COLOURS = ("#3b82d6", "#e4572e", "#2f9e6e", "#a463c9", "#c98a00", "#d1497f", "#1aa3b0", "#8a8f98")
DASHES = ("-", "--", ":", "-.")


def colour(number: int) -> str:
    """The colour of a group."""
    return COLOURS[number % len(COLOURS)]


def _dashes(number: int) -> str:
    return DASHES[number // len(COLOURS) % len(DASHES)]


def swatch(number: int) -> str:
    """The line style of a group, as a small SVG for legends."""
    dash = {"-": "", "--": "8 3", ":": "2 2", "-.": "8 3 2 3"}[_dashes(number)]
    return (
        '<svg class="swatch" viewBox="0 0 26 8" aria-hidden="true"><path d="M0 4H26" '
        f'stroke-width="3" stroke="{colour(number)}" stroke-dasharray="{dash}"/></svg>'
    )


def logged(groups: Sequence[Group]) -> list[str]:
    """The names of all logged scalars, without the step and the time."""
    lines = [line for group in groups for row in group.rows for line in row.metrics]
    names = dict.fromkeys(name for line in lines for name in line)
    return [name for name in names if name not in ("step", "seconds")]


def band(group: Group, name: str) -> list[tuple[float, float, float, float]]:
    """For each step that a run of the group logged: the step, and the least value, the mean and the
    greatest value over the seeds. Values that are not finite are left out; a step without another
    value has nan, which is a gap in the line."""
    at: dict[float, list[float]] = {}
    for row in group.rows:
        for line in row.metrics:
            if name in line:
                values = at.setdefault(line["step"], [])
                values += [line[name]] if math.isfinite(line[name]) else []
    return [
        (step, min(values), math.fsum(values) / len(values), max(values))
        if values
        else (step, math.nan, math.nan, math.nan)
        for step, values in sorted(at.items())
    ]


def curve(groups: Sequence[Group], name: str) -> str:
    """A plot of one scalar over the steps, as SVG."""
    from matplotlib import style
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.ticker import EngFormatter, MaxNLocator

    plain = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}
    buffer = io.StringIO()
    with style.context(["default", plain]):  # the user's own settings are not used
        figure = Figure(figsize=(5.4, 2.5), layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        for number, group in enumerate(groups):
            points = band(group, name)
            steps = [step for step, *_ in points]
            axes.plot(
                steps,
                [mean for _, _, mean, _ in points],
                color=colour(number),
                linestyle=_dashes(number),
                linewidth=1.6,
                marker="." if len(points) == 1 else "",
            )
            if len(group.rows) > 1:
                low, high = [p[1] for p in points], [p[3] for p in points]
                axes.fill_between(steps, low, high, color=colour(number), alpha=0.18, linewidth=0)
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.xaxis.set_major_formatter(EngFormatter(sep=""))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.margins(x=0.01)
        axes.tick_params(labelsize=10.5, color=INK, labelcolor=INK, length=0)
        axes.grid(color=INK, alpha=0.12, linewidth=0.6)
        axes.spines[:].set_visible(False)
        no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=no_metadata)
    svg = buffer.getvalue().partition("<svg")
    # Unused ids, which would be repeated in every plot of the page.
    inline = re.sub(r' id="[A-Za-z]+\d*_\d+"', "", svg[1] + svg[2])
    return inline.replace(INK, "currentColor")
