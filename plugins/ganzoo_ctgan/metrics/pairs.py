"""The distributions of pairs of columns."""

from itertools import combinations
from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Metric, UsageError
from ganzoo_ctgan.metrics.tables import categories, table, total_variation


class ColumnPairs(Metric):
    """How far the columns depend on each other in another way than in the real rows.

    - ``pair_distance``: the total variation between the frequencies of the pairs of categories of
      two columns, 0 to 1, as a mean over all pairs of columns. Continuous columns are put into ten
      bins with as many real rows in each.
    - ``correlation_difference``: the absolute difference between the correlations of two continuous
      columns, 0 to 2, as a mean over all such pairs; left out of tables with fewer than two
      continuous columns.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {
        "pair_distance": True,
        "correlation_difference": True,
    }

    def check(self, real: Data) -> None:
        if len(table("table-pairs", real)) < 2:
            raise UsageError("The metric 'table-pairs' is for tables with two columns or more.")

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        columns = table("table-pairs", real, fake)
        found = categories(columns, real.x.cpu(), fake.x.cpu())
        distances = []
        for (a, b, m), (c, d, n) in combinations(found, 2):
            distances.append(total_variation(a * n + c, b * n + d, int(m * n)))
        result = {"pair_distance": sum(distances) / len(distances)}
        numbers = [place for place, column in enumerate(columns) if not column.categories]
        if len(numbers) > 1:
            gaps = correlations(real.x[:, numbers]) - correlations(fake.x[:, numbers])
            above = gaps[tuple(torch.triu_indices(len(numbers), len(numbers), 1))]
            result["correlation_difference"] = float(above.abs().mean())
        return result


def correlations(x: Tensor) -> Tensor:
    """(D, D): the correlations of the columns of x, (N, D); 0 for a column without variance."""
    x = x.cpu().double()
    least = (1e-9 * x.abs().amax(0)).clamp(min=1e-39)  # for columns of any size
    x = x - x.mean(0)
    unit = x / x.norm(dim=0).clamp(min=least)
    return unit.T @ unit
