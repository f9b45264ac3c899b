"""Plots of the scalars that runs logged."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence

from ganzoo.evaluation.report.compare import Row

INK = "#010203"  # replaced in the SVG by the text colour of the page, light or dark
COLOURS = ("#3b82d6", "#e4572e", "#2f9e6e", "#a463c9", "#c98a00", "#d1497f", "#1aa3b0", "#8a8f98")
DASHES = ("-", "--", ":", "-.")


def swatch(number: int) -> str:
    """The line style of a run, as a small SVG for legends."""
    dash = {"-": "", "--": "8 3", ":": "2 2", "-.": "8 3 2 3"}[_line(number)[1]]
    return (
        '<svg viewBox="0 0 26 8" aria-hidden="true"><path d="M0 4H26" stroke-width="3" '
        f'stroke="{_line(number)[0]}" stroke-dasharray="{dash}"/></svg>'
    )


def _line(number: int) -> tuple[str, str]:
    """The colour and the dashes of a run's line."""
    return COLOURS[number % len(COLOURS)], DASHES[number // len(COLOURS) % len(DASHES)]


def curve(rows: Sequence[Row], name: str) -> str:
    """Plots of one scalar of all runs, over steps and over seconds, as SVG."""
    from matplotlib import style
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    plain = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}
    buffer = io.StringIO()
    with style.context(["default", plain]):  # the user's own settings are not used
        figure = Figure(figsize=(11, 2.4), layout="constrained")
        FigureCanvasSVG(figure)
        for axes, over in zip(figure.subplots(1, 2, sharey=True), ("step", "seconds"), strict=True):
            for number, row in enumerate(rows):
                points = [(x[over], x[name]) for x in row.metrics if name in x and over in x]
                colour, dashes = _line(number)
                axes.plot(
                    [x for x, _ in points],
                    [y if math.isfinite(y) else math.nan for _, y in points],
                    color=colour,
                    linestyle=dashes,
                    linewidth=1.5,
                    marker="." if len(points) == 1 else "",
                )
            axes.set_xlabel(over, color=INK, fontsize=9)
            axes.tick_params(labelsize=9, color=INK, labelcolor=INK, labelleft=True)
            axes.grid(color=INK, alpha=0.12, linewidth=0.6)
            axes.spines[:].set_visible(False)
        no_metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=no_metadata)
    svg = buffer.getvalue().partition("<svg")
    # Unused ids, which would be repeated in every plot of the page.
    inline = re.sub(r' id="[A-Za-z]+\d*_\d+"', "", svg[1] + svg[2])
    return inline.replace(INK, "currentColor")
