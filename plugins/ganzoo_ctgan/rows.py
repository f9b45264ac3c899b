"""The view of a table."""

import csv
import io

from PIL import Image
from torch import Tensor

from ganzoo import Spec, UsageError, View
from ganzoo_ctgan.columns import Column, text

MOST, NAMED = 16, 20  # columns that are shown; columns of a kind that are named


class Rows(View):
    """Rows of a table, (N, columns), as a CSV file with the names of the columns in its first line.
    The picture has a histogram of each of the first 16 columns, over that of the data; of a column
    with many categories, of the most frequent ones.

    Args:
        columns: of the table, in order.
    """

    formats = (".csv",)
    count = 2_000
    behind = 20_000
    distances = False
    metric = "table-columns.column_distance"

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
        from ganzoo_ctgan.histograms import drawn

        shown = self.columns[:MOST]
        fake = samples[:, : len(shown)].double().numpy()
        real = None if data is None else data[:, : len(shown)].double().numpy()
        return drawn(shown, fake, real, columns or min(4, len(shown)))

    def describe(self) -> str:
        """The names of the columns by their kind, with the number of categories of each."""
        numbers = [column.name for column in self.columns if not column.categories]
        named = [
            f"{column.name} with {len(column.categories):,}"
            for column in self.columns
            if column.categories
        ]
        parts = [f"{len(numbers):,} of numbers ({_listed(numbers)})"] if numbers else []
        parts += [f"{len(named):,} of categories ({_listed(named)})"] if named else []
        return f"rows of {len(self.columns):,} columns: {', '.join(parts)}"


def _listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    names = ["".join(c if c.isprintable() else "?" for c in name) for name in names]
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
