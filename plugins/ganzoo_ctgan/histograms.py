"""The picture of a table: a histogram of each column."""

import io
import math
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from PIL import Image

from ganzoo_ctgan.columns import Column

SIDE, LABELLED = 2.4, 20  # inches of a plot; bars with a label, which are most of a drawing's time
LETTERS = 8  # of a category
REAL, FAKE = "#8fb0cd", "#e4572e"
# Fonts for texts that the first one does not have, where one of them is installed.
FONTS = ("DejaVu Sans", "Noto Sans CJK JP", "Noto Sans CJK SC", "Noto Sans", "Noto Emoji")
PLAIN: dict[str, Any] = {"parse_math": False}  # a text with two $ is no formula


def drawn(columns: Sequence[Column], fake: np.ndarray, real: np.ndarray | None, width: int) -> Any:
    """The histograms of the columns, so many in a row, as an RGB image: the shares of the samples,
    (N, columns), as an orange line, those of the data as blue bars."""
    from matplotlib import style
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import fontManager

    height = math.ceil(len(columns) / width)
    installed = {font.name for font in fontManager.ttflist}
    fonts = {"font.family": [font for font in FONTS if font in installed]}
    buffer = io.BytesIO()
    with style.context(["default", fonts]), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # it is drawn as a box
        figure = Figure((SIDE * width, SIDE * height), dpi=100, layout="constrained")
        FigureCanvasAgg(figure)
        for place, column in enumerate(columns):
            axes = figure.add_subplot(height, width, place + 1)
            values = None if real is None else real[:, place]
            draw = _categories if column.categories else _numbers
            draw(axes, column, fake[:, place], values)
            axes.set_title(column.name, fontsize=8, **PLAIN)
            axes.tick_params(labelsize=6)
            axes.set_yticks([])
        figure.savefig(buffer, format="png")
    return Image.open(buffer).convert("RGB")


def _numbers(axes: Any, column: Column, fake: np.ndarray, real: np.ndarray | None) -> None:
    values = fake[np.isfinite(fake)] if real is None else real
    low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
    edges = np.linspace(low, high if high > low else low + 1, 31)
    _bars(axes, edges, *(None if x is None else np.histogram(x, edges)[0] for x in (fake, real)))


def _categories(axes: Any, column: Column, fake: np.ndarray, real: np.ndarray | None) -> None:
    """A bar for each category; of many, for the most frequent ones, and one for all others."""
    size = len(column.categories)
    edges = np.arange(size + 1) - 0.5
    counts = [None if x is None else np.histogram(x, edges)[0] for x in (fake, real)]
    names = [name[:LETTERS] for name in column.categories]
    if size > LABELLED:
        known = counts[0] if counts[1] is None else counts[1]
        order = np.argsort(-known, kind="stable")
        kept = np.sort(order[: LABELLED - 1])  # in the order of the categories
        counts = [x if x is None else np.append(x[kept], x.sum() - x[kept].sum()) for x in counts]
        names = [*(names[place] for place in kept), "others"]
        axes.set_xlabel(f"{LABELLED - 1} of {size:,} categories", fontsize=6)
    axes.set_xticks(range(len(names)), names, rotation=60, **PLAIN)
    _bars(axes, np.arange(len(names) + 1) - 0.5, *counts)


def _bars(axes: Any, edges: np.ndarray, fake: Any, real: Any) -> None:
    for counts, options in ((real, {"fill": True, "color": REAL}), (fake, {"color": FAKE})):
        if counts is not None:
            axes.stairs(counts / max(counts.sum(), 1), edges, **options)
