"""The view of a table."""

import csv
import io
import math
from typing import Any

import numpy as np
from PIL import Image
from torch import Tensor

from ganzoo import Spec, UsageError, View
from ganzoo_ctgan.columns import Column, text

SIDE, MOST = 2.4, 16  # inches of a plot; columns that are shown
REAL, FAKE = "#8fb0cd", "#e4572e"


class Rows(View):
    """Rows of a table, (N, columns), as a CSV file with the names of the columns in its first line.
    The picture has a histogram of each of the first 16 columns, over that of the data.

    Args:
        columns: of the table, in order.
    """

    formats = (".csv",)
    count = 2_000
    behind = 20_000

    def __init__(self, spec: Spec, columns: tuple[Column, ...] = ()) -> None:
        super().__init__(spec)
        if spec.shape != (len(columns),):
            raise UsageError(
                f"The view 'table-rows' has {len(columns)} columns, and the samples have the shape "
                f"{spec.shape}: the rows of a table have a number for each column."
            )
        self.columns = columns

    def encode(self, samples: Tensor, suffix: str, columns: int | None = None) -> bytes:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(column.name for column in self.columns)
        for row in samples.double().tolist():
            writer.writerow(text(*cell) for cell in zip(self.columns, row, strict=True))
        return buffer.getvalue().encode()

    def show(
        self, samples: Tensor, *, data: Tensor | None = None, columns: int | None = None
    ) -> Image.Image:
        from matplotlib import style
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        shown = self.columns[:MOST]
        width = columns or min(4, len(shown))
        height = math.ceil(len(shown) / width)
        buffer = io.BytesIO()
        with style.context("default"):
            figure = Figure((SIDE * width, SIDE * height), dpi=100, layout="constrained")
            FigureCanvasAgg(figure)
            for place, column in enumerate(shown):
                axes = figure.add_subplot(height, width, place + 1)
                real = None if data is None else data[:, place].double().numpy()
                _histogram(axes, column, samples[:, place].double().numpy(), real)
            figure.savefig(buffer, format="png")
        return Image.open(buffer).convert("RGB")


def _histogram(axes: Any, column: Column, fake: Any, real: Any) -> None:
    """The shares of the samples as an orange line, those of the data as blue bars."""
    fake = fake[np.isfinite(fake)]
    if column.categories:
        edges = np.arange(len(column.categories) + 1) - 0.5
        names = [name[:8] for name in column.categories]
        axes.set_xticks(range(len(names)), names, rotation=60)
    else:
        values = fake if real is None else real
        low, high = (values.min(), values.max()) if len(values) else (0.0, 1.0)
        edges = np.linspace(low, high if high > low else low + 1, 31)
    for values, options in ((real, {"fill": True, "color": REAL}), (fake, {"color": FAKE})):
        if values is not None:
            axes.stairs(np.histogram(values, edges)[0] / max(len(values), 1), edges, **options)
    axes.set_title(column.name, fontsize=8)
    axes.tick_params(labelsize=6)
    axes.set_yticks([])
