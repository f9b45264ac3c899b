"""Operations on z: a check, the truncated normal distribution, and ways from one z to another."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ganzoo.errors import UsageError

METHODS = ("linear", "slerp")
PARALLEL = 1e-3  # sines of angles that float32 cannot tell from 0 or a half turn


def checked_z(z: Any, dim: int) -> Tensor:
    """A given z, which may be an array of NumPy: (n, dim) float32, n at least 1, on its device.
    Raises UsageError for another shape, and for numbers that are not finite."""
    given = torch.as_tensor(z)
    if given.ndim != 2 or given.shape[1] != dim or not len(given) or given.is_complex():
        raise UsageError(
            f"z is an array of shape (n, {dim}), a row for each sample, and not of shape "
            f"{tuple(given.shape)}."
        )
    given = given.float()
    if not given.isfinite().all():
        raise UsageError("z has numbers that are not finite.")
    return given


def truncated(z: Tensor, limit: float, std: float = 1.0) -> Tensor:
    """z of the normal distribution with mean 0 as z of the same distribution, truncated to
    [-limit * std, limit * std] (arXiv:1809.11096, section 3.1).

    Each number is moved to the same quantile of the truncated distribution, so that each sample
    keeps its likeness, where drawing again would give another one.
    """
    tail = torch.special.ndtr(torch.tensor(-limit, dtype=torch.float64, device="cpu")).item()
    share = torch.special.ndtr(z.double() / std)
    moved = torch.special.ndtri(tail + share * (1 - 2 * tail)) * std
    within: Tensor = moved.clamp(-limit * std, limit * std).to(z.dtype)
    return within


def between(start: Tensor, stop: Tensor, way: Tensor, method: str) -> Tensor:
    """Points on the way from ``start`` to ``stop``: way 0 to 1, which broadcasts with both.

    linear: on the line. slerp: on the arc around 0, on which the lengths of the points lie between
    those of the ends (arXiv:1609.04468, section 2.1), as of z of a normal distribution.
    """
    if method == "linear":
        return torch.lerp(start, stop, way)
    cosine = torch.nn.functional.cosine_similarity(start, stop, dim=-1)[..., None]
    angle = cosine.clamp(-1, 1).acos()
    sine = angle.sin()
    arc = ((1 - way) * angle).sin() / sine * start + (way * angle).sin() / sine * stop
    return torch.where(sine < PARALLEL, torch.lerp(start, stop, way), arc)
