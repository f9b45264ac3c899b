"""Density and coverage of generated samples."""

from typing import ClassVar

import torch

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import all_vectors, at_least, enough
from ganzoo_metrics.neighbours import blocks, radii


class DensityCoverage(Metric):
    """Density and coverage (arXiv:2002.09797, section 3.2), by open balls around the features
    of the reals alone, that reach each one's k-th nearest neighbour; so outliers among the fakes
    widen nothing.

    - ``density``: in how many balls a fake lies, over k; about 1 where both distributions agree,
      and more where fakes crowd into the densest regions.
    - ``coverage``: the share of balls in which there is a fake, in [0, 1]; 1 - 2^-k is expected of
      as many samples of the same distribution, 97 % for k = 5.

    Distances are float64, a block at a time. Raises UsageError for fewer than k + 1 samples.

    Args:
        k: which neighbour a ball reaches.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"density": False, "coverage": False}
    min_samples: int = 6

    def __init__(self, features: Features, k: int = 5) -> None:
        self.features, self.k = features, at_least("density-coverage", "k", k, 1)
        self.min_samples = k + 1

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        enough("density-coverage", self.min_samples, real=real, generated=fake)
        x, y = all_vectors(self.features, fake), all_vectors(self.features, real)
        y_radii = radii(y, self.k)
        inside, covered = 0, torch.zeros(len(y), dtype=torch.bool)
        for _, squared in blocks(x, y):
            within = squared < y_radii
            inside += int(within.sum())
            covered |= within.any(0)
        return {
            "density": inside / (self.k * len(x)),
            "coverage": int(covered.sum()) / len(y),
        }
