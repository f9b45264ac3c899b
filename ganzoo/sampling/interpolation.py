"""Samples along ways through the noise of a trained generator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganzoo.errors import UsageError, near
from ganzoo.sampling.codes import traversed
from ganzoo.sampling.directions import unit_step
from ganzoo.sampling.latents import METHODS, between
from ganzoo.sampling.pieces import in_pieces, joined

if TYPE_CHECKING:
    from ganzoo.sampling.trained import Trained


@torch.no_grad()
def interpolated(
    trained: Trained,
    rows: int,
    columns: int,
    drawn: Mapping[str, Any],
    method: str,
    direction: Tensor | None,
    by: float,
    code: str | None,
) -> Tensor:
    """(rows * columns, *spec.shape): see ``Trained.interpolate``. ``drawn``: the arguments of
    ``Trained.noise``."""
    if method not in METHODS:
        raise UsageError(f"There is no method {method!r}. {near(method, METHODS)}")
    if rows < 1 or columns < 2:
        raise UsageError(f"{rows} rows of {columns}: it takes a row, and two columns at least.")
    if code is not None:
        if direction is not None or method != "linear":
            raise UsageError("A code takes its values in turn: give no direction or method.")
        noise = trained.noise(rows, **drawn)
        return joined(in_pieces(trained, traversed(trained.game, noise, code, columns)))
    if direction is None:
        ends = trained.noise(2 * rows, **drawn)
        assert ends.z is not None
        first, start, stop = ends[0::2], ends.z[0::2, None], ends.z[1::2, None]
    elif method != "linear":
        raise UsageError("The way along a direction is a line: give a direction or a method.")
    else:
        first = trained.noise(rows, **drawn)
        assert first.z is not None
        step = by * unit_step(trained.game, direction)
        start, stop = first.z[:, None] - step, first.z[:, None] + step
    way = torch.linspace(0, 1, columns, device=start.device)[None, :, None]
    z = between(start, stop, way, method).reshape(rows * columns, -1)
    # All but z stays as it is at the start of the row.
    along = first.map(lambda tensor: tensor.repeat_interleave(columns, 0))
    return joined(in_pieces(trained, along.replace(z=z)))
