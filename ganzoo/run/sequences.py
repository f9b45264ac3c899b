"""Plots of samples that are numbers over time."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image
from torch import Tensor

from ganzoo.run.plot import EDGE, INK, SAMPLES, SHADES
from ganzoo.types import Spec

MOST = 16  # samples that are shown
WIDTH, HEIGHT = 2.0, 1.0  # inches of one plot


def drawable(spec: Spec) -> bool:
    """Whether samples are (C, T): C channels over T moments, at least 2."""
    return len(spec.shape) == 2 and spec.shape[1] >= 2


def drawn(samples: Tensor, data: Tensor | None = None, columns: int = 4) -> Image.Image:
    """The first samples, (N, C, T), in small plots with the same axes. ``data``: real samples, in
    a first row of their own, in another colour."""
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    real = [] if data is None else list(data[:columns].detach().cpu().double().numpy())
    fake = list(samples[:MOST].detach().cpu().double().numpy())
    cells = [*((x, SHADES[3]) for x in real), *((x, SAMPLES) for x in fake)]
    rows = -(-len(real) // columns) + -(-len(fake) // columns)
    finite = np.concatenate([x[np.isfinite(x)] for x in (real or fake)])
    low, high = (finite.min(), finite.max()) if len(finite) else (-1.0, 1.0)
    margin = 0.15 * (high - low) or 1.0
    buffer = io.BytesIO()
    with style.context("default"):  # independent of the user's matplotlib settings
        figure = Figure(figsize=(WIDTH * columns, HEIGHT * rows), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        for place, (x, colour) in enumerate(cells):
            place += (-len(real) % columns) * (place >= len(real))  # the samples in a new row
            axes = figure.add_subplot(rows, columns, place + 1)
            axes.plot(x.T, color=colour, linewidth=0.9)
            axes.set(ylim=(low - margin, high + margin), xlim=(0, x.shape[1] - 1), xticks=[])
            axes.tick_params(labelsize=6, color=EDGE, labelcolor=INK)
            for spine in axes.spines.values():
                spine.set_color(EDGE)
        figure.savefig(buffer, format="png")
    return Image.open(buffer).convert("RGB")
