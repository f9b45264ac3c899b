"""Operations on styles, (N, layers, dim): one vector for each layer of a generator."""

from __future__ import annotations

import torch
from torch import Tensor

from ganzoo.errors import UsageError


def styles_near(styles: Tensor, mean: Tensor, strength: float) -> Tensor:
    """The styles, moved towards their mean to ``strength`` times their distance from it
    (arXiv:1812.04948, section 2.3)."""
    return mean + strength * (styles - mean)


def crossed(rows: Tensor, columns: Tensor, first: int, last: int) -> Tensor:
    """(rows * columns, layers, dim): the styles of each row with those of each column in the layers
    from ``first`` to ``last``, counted from 1, the coarsest."""
    layer = torch.arange(1, rows.shape[1] + 1, device=rows.device)[:, None]
    of_column = (first <= layer) & (layer <= last)
    return torch.where(of_column, columns[None, :], rows[:, None]).flatten(0, 1)


def mixing_table(samples: Tensor, mixed: Tensor, rows: int, empty: float) -> Tensor:
    """((rows + 1) * (columns + 1), ...), row by row: a first row with the samples of the columns, a
    first column with those of the rows, the mixed samples, and a corner of the value ``empty``.

    samples: those of the rows, then those of the columns. mixed: (rows * columns, ...)."""
    columns = len(samples) - rows
    table = samples.new_full((rows + 1, columns + 1, *samples.shape[1:]), empty)
    table[0, 1:], table[1:, 0] = samples[rows:], samples[:rows]
    table[1:, 1:] = mixed.reshape(rows, columns, *samples.shape[1:])
    return table.flatten(0, 1)


def checked_layers(layers: tuple[int, int] | None, count: int) -> tuple[int, int]:
    """The first and the last of the layers to take, of ``count``; by default the finer half.
    Raises UsageError for layers that a generator has not."""
    if layers is None:
        return count // 2 + 1, count
    first, last = layers
    if not 1 <= first <= last <= count:
        raise UsageError(
            f"This generator has {count} layers of styles, from 1, the coarsest, to {count}; there "
            f"are no layers {first}-{last}."
        )
    return first, last
