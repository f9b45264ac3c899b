"""The nearest training image of each sample, and a picture of both."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo.run import grid

ROWS, NUMBERS = 1 << 10, 1 << 23  # samples, and numbers of the data in float64, at a time


def nearest(samples: Tensor, data: Tensor) -> tuple[Tensor, Tensor]:
    """For each of the samples, (N, ...), the index of the nearest row of the data, (M, ...), int64
    (N,), and its Euclidean distance, float64 (N,). Of several equally near rows, the first.

    Computed in float64, in pieces: exact for uint8 and uint16. The time grows with N * M.
    """
    indices, distances = [], []
    for start in range(0, len(samples), ROWS):
        x = samples[start : start + ROWS].flatten(1).double()
        rows = _nearest(x, data)
        indices.append(rows)
        distances.append((data[rows].flatten(1).double() - x).norm(dim=1))
    return torch.cat(indices), torch.cat(distances)


def _nearest(x: Tensor, data: Tensor) -> Tensor:
    least = torch.full((len(x),), torch.inf, dtype=torch.float64)
    indices = torch.zeros(len(x), dtype=torch.int64)
    step = max(1, NUMBERS // x.shape[1])
    for start in range(0, len(data), step):
        others = data[start : start + step].flatten(1).double()
        scores = torch.addmm(others.square().sum(1), x, others.T, alpha=-2)  # distance^2 - |x|^2
        values, columns = scores.min(1)
        nearer = values < least
        least[nearer], indices[nearer] = values[nearer], columns[nearer] + start
    return indices


def picture(samples: Tensor, neighbours: Tensor, pairs: int) -> Tensor:
    """A picture (C, ..., ...) of pairs of images, ``pairs`` per row: each of ``samples``, uint8
    (N, C, H, W), with the image of ``neighbours`` at its right."""
    joined = torch.cat([F.pad(samples, (0, 1)), neighbours], 3)
    return grid.tile(joined, pairs, gap=4)
