"""Changes of positions (arXiv:2006.06676, appendix B), as maps of coordinates.

u, v: (N, H, W), columns and rows in pixels from the centre of the image. The maps are elementwise
operations, not products of matrices: in a lower precision these err by whole pixels.
"""

import math

import torch
from torch import Tensor

SCALE = 0.2 * math.log(2)  # standard deviation of the logarithm of a scaling
SHIFT = 0.125  # of the side: maximum of whole shifts, standard deviation of fractional shifts


def turned(u: Tensor, v: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Translations by whole pixels, quarter turns and mirror images, inverted in this order."""
    height, width = u.shape[1:]
    across, down = 2 * _uniform(2, u) - 1
    chosen = _chosen(u, p)
    u = u - chosen * (across * SHIFT * width).round()
    v = v - chosen * (down * SHIFT * height).round()
    turns = _perhaps((4 * _uniform(1, u)[0]).floor(), p)
    u, v = _rotated(u, v, turns * (math.pi / 2))
    mirrored = _perhaps((2 * _uniform(1, u)[0]).floor(), p)
    return u * (1 - 2 * mirrored), v


def moved(u: Tensor, v: Tensor, p: Tensor) -> tuple[Tensor, Tensor]:
    """Fractional translations, rotations and scalings, inverted from the last to the first."""
    height, width = u.shape[1:]
    across, down, stretch, size = _normal(4, u)
    before, after = math.pi * (2 * _uniform(2, u) - 1)
    once = 1 - (1 - p).clamp(min=0).sqrt()  # of each; at least one rotation has probability p
    chosen = _chosen(u, p)
    u, v = u - chosen * across * SHIFT * width, v - chosen * down * SHIFT * height
    u, v = _rotated(u, v, _perhaps(after, once))
    stretch = _perhaps(stretch * SCALE, p)
    u, v = u * stretch.exp(), v * (-stretch).exp()
    u, v = _rotated(u, v, _perhaps(before, once))
    size = _perhaps(size * SCALE, p).exp()
    return u * size, v * size


def resampled(x: Tensor, u: Tensor, v: Tensor) -> Tensor:
    """x at the positions, (N, C, H, W): bilinear, mirrored at its edges. It uses ``gather``, which
    has the second derivatives that gradient penalties need; torch's ``grid_sample`` has none."""
    height, width = x.shape[2:]
    u, v = u + (width - 1) / 2, v + (height - 1) / 2
    left, top = u.floor(), v.floor()
    right_share, bottom_share = (u - left)[:, None], (v - top)[:, None]

    def at(column: Tensor, row: Tensor) -> Tensor:
        index = _reflected(row, height) * width + _reflected(column, width)  # (N, H, W)
        flat = index.flatten(1)[:, None].expand(-1, x.shape[1], -1)
        return x.flatten(2).gather(2, flat).reshape(x.shape)

    upper = torch.lerp(at(left, top), at(left + 1, top), right_share)
    lower = torch.lerp(at(left, top + 1), at(left + 1, top + 1), right_share)
    return torch.lerp(upper, lower, bottom_share)


def _reflected(place: Tensor, side: int) -> Tensor:
    """Whole positions in [0, side): positions outside are reflected at the image's edges."""
    place = place.long().remainder(2 * side)
    return torch.minimum(place, 2 * side - 1 - place)


def _rotated(u: Tensor, v: Tensor, angle: Tensor) -> tuple[Tensor, Tensor]:
    cos, sin = angle.cos(), angle.sin()
    return cos * u - sin * v, sin * u + cos * v


def _perhaps(amount: Tensor, p: Tensor) -> Tensor:
    """The amount of a change with probability p, else 0, drawn for each image."""
    return amount * _chosen(amount, p)


def _chosen(like: Tensor, p: Tensor) -> Tensor:
    """(N, 1, 1): whether each image is changed, with probability p."""
    return torch.rand(len(like), 1, 1, device=like.device) < p


def _uniform(count: int, like: Tensor) -> Tensor:
    return torch.rand(count, len(like), 1, 1, device=like.device)


def _normal(count: int, like: Tensor) -> Tensor:
    return torch.randn(count, len(like), 1, 1, device=like.device)
