"""Which training image a sample is nearest to, and a picture of both."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo.run import grid

ROWS, NUMBERS = 1 << 10, 1 << 23  # samples looked at, and numbers of the data held, at a time


def nearest(samples: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
    """For each of the samples, (N, ...), which row of the data, (M, ...), is nearest, and how far
    off it is: int64 and float64 (N,). Euclidean; the first of several that are equally near.

    In float64, piece by piece: exact for uint8. Time grows with N * M.
    """
    indices, distances = [], []
    for start in range(0, len(samples), ROWS):
        x = samples[start : start + ROWS].flatten(1).double()
        which = _nearest(x, data)
        indices.append(which)
        distances.append((data[which].flatten(1).double() - x).norm(dim=1))
    return torch.cat(indices), torch.cat(distances)


def _nearest(x: Tensor, data: Tensor) -> Tensor:
    least = torch.full((len(x),), torch.inf, dtype=torch.float64)
    indices = torch.zeros(len(x), dtype=torch.int64)
    step = max(1, NUMBERS // x.shape[1])
    for start in range(0, len(data), step):
        others = data[start : start + step].flatten(1).double()
        scores = torch.addmm(others.square().sum(1), x, others.T, alpha=-2)  # |x|^2 is left out
        values, columns = scores.min(1)
        nearer = values < least
        least[nearer], indices[nearer] = values[nearer], columns[nearer] + start
    return indices


def picture(samples: Tensor, beside: Tensor, pairs: int) -> Tensor:
    """Images uint8 (N, C, H, W), each with the one beside it, ``pairs`` a row: (C, ..., ...)."""
    joined = torch.cat([F.pad(samples, (0, 1)), beside], 3)
    return grid.tile(joined, pairs, gap=4)
