"""Distances between all pairs of two sets of vectors, a block at a time."""

from collections.abc import Iterator

import torch
from torch import Tensor

BLOCK = 1 << 22  # distances in memory at a time


def blocks(x: Tensor, y: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """Squared Euclidean distances in float64: a slice of x's rows, and the distances from these
    rows to all rows of y, (rows, len(y)).

    By a matrix product, around the mean of y. Distances below its rounding error are 0.
    """
    centre = y.double().mean(0)
    y = y.double() - centre
    y_norm = y.square().sum(1)
    rows = max(1, BLOCK // len(y))
    for start in range(0, len(x), rows):
        piece = x[start : start + rows].double() - centre
        norms = piece.square().sum(1, keepdim=True) + y_norm
        squared = torch.addmm(norms, piece, y.T, alpha=-2)
        squared.masked_fill_(squared <= 1e-13 * norms, 0)
        yield slice(start, start + len(piece)), squared


def radii(x: Tensor, k: int) -> Tensor:
    """The squared distance from each row to the k-th nearest of the others, float64 (N,)."""
    squared_radii = []
    for rows, squared in blocks(x, x):
        squared[range(rows.stop - rows.start), range(rows.start, rows.stop)] = torch.inf
        squared_radii.append(squared.kthvalue(k, dim=1).values)
    return torch.cat(squared_radii)
