"""The curves of one run: its losses and the outputs of D over the steps."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping, Sequence

from ganzoo.run.scalars import NAMES

COLOURS = ("#3b82d6", "#e4572e", "#2f9e6e", "#a463c9", "#c98a00")
INK = "#7d858c"  # readable on a light and on a dark page
PANELS = {
    "losses": ("loss_d", "loss_g"),
    "outputs of D": ("d_real", "d_fake", "d_accuracy"),
}


def png(metrics: Sequence[Mapping[str, float]], measured: str = "") -> bytes | None:
    """The curves as a PNG; None for a run that has logged none of them. ``measured``: the number by
    which the training was measured, if it was."""
    names_of: dict[str, tuple[str, ...]] = dict(PANELS)
    if measured:
        names_of["measured in the training"] = (measured,)
    drawn = {
        title: [name for name in names if any(name in line for line in metrics)]
        for title, names in names_of.items()
    }
    drawn = {title: names for title, names in drawn.items() if names}
    if not drawn:
        return None
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    buffer = io.BytesIO()
    with style.context("default"):  # independent of the user's matplotlib settings
        figure = Figure(figsize=(4.5 * len(drawn), 2.4), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        panels = figure.subplots(1, len(drawn), squeeze=False)[0]
        for axes, (title, names) in zip(panels, drawn.items(), strict=True):
            for name, colour in zip(names, COLOURS, strict=False):
                points = [(line["step"], line[name]) for line in metrics if name in line]
                axes.plot(
                    [step for step, _ in points],
                    [value if math.isfinite(value) else math.nan for _, value in points],
                    color=colour,
                    linewidth=1.3,
                    marker="." if len(points) == 1 else "",
                    label=NAMES.get(name, name),  # a metric's number has its own name
                )
            axes.set_title(title, fontsize=9, color=INK, loc="left")
            axes.set_xlabel("step", fontsize=8, color=INK)
            axes.tick_params(labelsize=8, color=INK, labelcolor=INK)
            axes.grid(color=INK, alpha=0.2, linewidth=0.6)
            axes.spines[:].set_visible(False)
            axes.legend(
                loc="lower right",
                bbox_to_anchor=(1, 1),  # above the curves
                ncols=len(names),
                fontsize=8,
                frameon=False,
                labelcolor=INK,
                borderpad=0,
            )
        figure.savefig(buffer, format="png", transparent=True)
    return buffer.getvalue()
