"""The picture of samples: a grid of images, or a plot of points."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ganzoo.run import grid, plot
from ganzoo.types import Data, Spec, scale

BEHIND = 20_000  # rows of the data that a plot shows


def write(
    path: Path,
    samples: Tensor,
    spec: Spec,
    data: Tensor | None = None,
    columns: int | None = None,
    *,
    deep: bool = False,
) -> Path | None:
    """Samples, (N, *spec.shape), as an image file in the format of the path's suffix; None, and no
    file, if they cannot be drawn. ``data``:
    the real points from :func:`behind`, shown behind the samples of a plot. ``columns``: the number
    of columns of a grid. ``deep``: a grid in a PNG has the depth of the spec."""
    if plot.drawable(spec):
        return plot.write(path, samples, data)
    return grid.write(path, samples, spec, columns, deep=deep)


def drawable(spec: Spec) -> bool:
    """Whether samples of this spec can be drawn."""
    return plot.drawable(spec) or grid.drawable(spec)


def behind(data: Data, spec: Spec) -> Tensor | None:
    """Rows of the data, shown behind the samples in the plots of a run: the same rows every time,
    on the CPU. None for images."""
    if not plot.drawable(spec):
        return None
    rows = torch.randperm(len(data), generator=torch.Generator().manual_seed(0))[:BEHIND]
    return scale(data.x[rows.to(data.x.device)], spec).float().cpu()
