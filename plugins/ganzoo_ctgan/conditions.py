"""The condition of a row: one category of one discrete column (arXiv:1907.00503, section 4.3)."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganzoo_ctgan.encoding import gumbel


def category_weights(frequencies: Tensor, sizes: Sequence[int]) -> Tensor:
    """How likely a single row is to be drawn by its category: q / n for each category, (C,).

    In training by sampling, a column is drawn, then one of its categories with a probability q in
    proportion to log(1 + n), where n is the number of its rows, and then one of these rows. The
    probability of a row is hence the sum of q / n over its categories, divided by the number of
    columns. Given the row, the probability of a column is in proportion to its q / n."""
    parts = []
    for count in frequencies.double().split(list(sizes)):
        log = count.log1p()
        parts.append(torch.where(count > 0, log / log.sum() / count.clamp(min=1), 0))
    return torch.cat(parts)


def column_of(rows: Tensor, weights: Tensor, sizes: Sequence[int]) -> Tensor:
    """(N, columns), one-hot: a discrete column for each row, drawn by ``category_weights``.
    ``rows``: (N, C), the categories of all discrete columns as one-hot vectors."""
    parts = (rows * weights).split(list(sizes), 1)
    score = torch.stack([part.sum(1) for part in parts], 1).log()  # (N, columns)
    return one_hot((score + gumbel(torch.rand_like(score))).argmax(1), len(parts))


def spread(columns: Tensor, sizes: Sequence[int]) -> Tensor:
    """(N, columns) to (N, C): the number of a column, for each of its categories."""
    parts = [column.expand(-1, n) for column, n in zip(columns.split(1, 1), sizes, strict=True)]
    return torch.cat(parts, 1)


def marginal(uniform: Tensor, frequencies: Tensor, sizes: Sequence[int]) -> Tensor:
    """(N, C): conditions as in the data, for samples: a column, and a category by its frequency.
    ``uniform``: (N, 2) in [0, 1), the random numbers."""
    column = (uniform[:, 0] * len(sizes)).long().clamp(max=len(sizes) - 1)
    parts = []
    for place, count in enumerate(frequencies.double().split(list(sizes))):
        ends = count.cumsum(0) / count.sum()
        category = torch.searchsorted(ends, uniform[:, 1].double().contiguous(), right=True)
        chosen = one_hot(category.clamp(max=len(count) - 1), len(count))
        parts.append(chosen * (column == place)[:, None])
    return torch.cat(parts, 1).float()
