"""The picture of samples, as their view shows them."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from ganzoo.interfaces import View
from ganzoo.run.files import write_whole
from ganzoo.run.image_format import encoded
from ganzoo.types import Data, Spec, scale


def write(
    path: Path,
    samples: Tensor,
    view: View | None,
    data: Tensor | None = None,
    columns: int | None = None,
) -> Path | None:
    """Samples, (N, *spec.shape), as an image file in the format of the path's suffix; None, and no
    file, without a view. ``data``: real samples, such as those of :func:`behind`. ``columns``: of
    the picture."""
    if view is None:
        return None
    picture = view.show(samples.cpu(), data=data, columns=columns)
    write_whole(path, encoded(picture, path))
    return path


def behind(data: Data, view: View | None, spec: Spec) -> Tensor | None:
    """Rows of the data, shown with the samples in the pictures of a run: the same rows every time,
    on the CPU. None for a view that shows no data."""
    if view is None or not view.behind:
        return None
    rows = torch.randperm(len(data), generator=torch.Generator().manual_seed(0))[: view.behind]
    return scale(data.x[rows.to(data.x.device)], spec).float().cpu()
