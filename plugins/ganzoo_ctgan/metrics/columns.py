"""The distributions of the columns."""

from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Metric
from ganzoo_ctgan.metrics.tables import table, total_variation


class Columns(Metric):
    """How far the distribution of each column is from that of the real rows, 0 to 1: the total
    variation of a discrete column, the Kolmogorov-Smirnov distance of a continuous column.

    - ``column_distance``: the mean over the columns.
    - ``worst_column``: the greatest distance of a column.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"column_distance": True, "worst_column": True}

    def check(self, real: Data) -> None:
        table("table-columns", real)

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        distances = []
        for place, column in enumerate(table("table-columns", real, fake)):
            a, b = real.x[:, place].cpu(), fake.x[:, place].cpu()
            size = len(column.categories)
            if size:
                distances.append(total_variation(a.long(), b.long().clamp(0, size - 1), size))
            else:
                distances.append(kolmogorov_smirnov(a.double(), b.double()))
        mean = sum(distances) / len(distances)
        return {"column_distance": mean, "worst_column": max(distances)}


def kolmogorov_smirnov(a: Tensor, b: Tensor) -> float:
    """The greatest difference between the distribution functions of two samples."""
    a, b = a.sort().values, b.sort().values
    places = torch.cat((a, b))
    shares = [torch.searchsorted(x, places, right=True).double() / len(x) for x in (a, b)]
    return float((shares[0] - shares[1]).abs().max())
