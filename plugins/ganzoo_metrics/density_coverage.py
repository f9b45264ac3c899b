"""Density and coverage of generated samples."""

from typing import ClassVar

import torch

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import all_vectors, at_least, enough
from ganzoo_metrics.neighbours import blocks, radii


class DensityCoverage(Metric):
    """Density and coverage (arXiv:2002.09797, section 3.2). Around the features of each real sample
    is an open ball, up to its k-th nearest real neighbour. Fakes have no balls, so outliers among
    the fakes enlarge no ball.

    - ``density``: the mean number of balls around a fake, over k; about 1 if both distributions
      agree, and more if fakes lie mostly in the densest regions.
    - ``coverage``: the share of balls that contain a fake, in [0, 1]; its expectation for equally
      many samples of the same distribution is 1 - 2^-k, 97 % for k = 5.

    Distances are float64, a block at a time. Raises UsageError for fewer than k + 1 samples.

    Args:
        k: a ball reaches the k-th nearest neighbour.
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
