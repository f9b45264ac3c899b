"""The columns of real and generated rows."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ganzoo import Data, UsageError
from ganzoo_ctgan.columns import Column, columns_of

BINS = 10  # of a continuous column, with as many real rows in each


def table(metric: str, real: Data, fake: Data | None = None) -> tuple[Column, ...]:
    """The columns of the rows. Raises UsageError for data that are no rows of one table."""
    columns = columns_of(real.view, f"metric {metric!r}")
    if fake is not None and fake.x.shape[1:] != real.x.shape[1:]:
        raise UsageError(
            f"The metric {metric!r} compares rows of {len(columns)} columns, and the generated "
            f"samples have the shape {tuple(fake.x.shape[1:])}."
        )
    return columns


def categories(columns: Sequence[Column], real: Tensor, fake: Tensor) -> list[tuple[Tensor, ...]]:
    """For each column the categories of the real rows and of the fakes, int64, and their number.
    The values of a continuous column are put into bins with as many real rows in each."""
    found = []
    for place, column in enumerate(columns):
        a, b = real[:, place].double(), fake[:, place].double()
        size = len(column.categories)
        if not size:
            places = torch.arange(1, BINS, dtype=torch.float64) / BINS
            edges = torch.quantile(a[: 1 << 20], places).unique()
            a, b = (torch.bucketize(x, edges, right=True) for x in (a, b))
            size = len(edges) + 1
        found.append((a.long(), b.long().clamp(0, size - 1), torch.tensor(size)))
    return found


def total_variation(a: Tensor, b: Tensor, size: int) -> float:
    """Half the sum of the differences between the frequencies of two samples of numbers below
    ``size``; 0 to 1."""
    p, q = (x.bincount(minlength=size).double() / len(x) for x in (a, b))
    return float((p - q).abs().sum() / 2)
