"""The distance of samples for a projection: between pixels at several resolutions, and between
features."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo.types import Spec

FeatureFunction = Callable[[Tensor], Tensor]  # (N, C, H, W) in [0, 1] to (N, dim)

SMALLEST = 4  # pixels: the least side of an image in the pyramid
FEATURE_WEIGHT = 0.01  # features have unit scale, and pixels that look alike differ by 0.1 or less


def in_unit_range(x: Tensor, spec: Spec) -> Tensor:
    """Samples in [low, high] as samples in [0, 1]; unbounded samples as they are."""
    return (x - spec.low) / (spec.high - spec.low) if spec.bounded else x


def described(x: Tensor, spec: Spec, features: FeatureFunction | None = None) -> Tensor:
    """(N, D): vectors whose squared Euclidean distance is the distance of the samples x.

    It is the mean squared difference of the pixels in [0, 1], averaged over the image, the image of
    half its size, of a quarter, and so on to ``SMALLEST`` pixels; with ``features``, also
    ``FEATURE_WEIGHT`` times the mean squared difference of the features. Of vectors, it is the mean
    squared difference of the coordinates.
    """
    unit = in_unit_range(x, spec)
    levels = [unit]
    while spec.image and min(levels[-1].shape[2:]) >= 2 * SMALLEST:
        levels.append(F.avg_pool2d(levels[-1], 2, ceil_mode=True, count_include_pad=False))
    parts = [level.flatten(1) / (len(levels) * level[0].numel()) ** 0.5 for level in levels]
    if features is not None:
        vectors = features(unit).flatten(1)
        parts.append(vectors * (FEATURE_WEIGHT / vectors.shape[1]) ** 0.5)
    return torch.cat(parts, 1)


def distances(vectors: Tensor, target: Tensor) -> Tensor:
    """(N,): the distance of each of the described samples, (N, D), to the target, (D,) or (N, D),
    described too."""
    return (vectors - target).square().sum(1)


def rms(x: Tensor, target: Tensor, spec: Spec) -> Tensor:
    """(N,): the root of the mean squared difference of the pixels in [0, 1] of two sets of samples,
    or of the coordinates of vectors."""
    difference = in_unit_range(x, spec) - in_unit_range(target, spec)
    return difference.flatten(1).square().mean(1).sqrt()
