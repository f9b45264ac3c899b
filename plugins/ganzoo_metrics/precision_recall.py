"""Precision and recall of generated samples."""

from typing import ClassVar

import torch

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import all_vectors, at_least, enough
from ganzoo_metrics.neighbours import blocks, radii


class PrecisionRecall(Metric):
    """Improved precision and recall (arXiv:1904.06991, equations 1 and 2). The manifold of a set of
    features is the union of closed balls around them, each up to its k-th nearest neighbour.

    - ``precision``: the share of fakes on the manifold of the reals, in [0, 1]: their quality.
    - ``recall``: the share of reals on the manifold of the fakes, in [0, 1]: their variety.

    Both depend on the numbers of samples, so the paper takes equally many reals and fakes (50,000
    each, k = 3). Time grows with the product of the counts; distances are float64, a block at a
    time. Raises UsageError for fewer than k + 1 samples.

    Args:
        k: a ball reaches the k-th nearest neighbour.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"precision": False, "recall": False}
    min_samples: int = 4

    def __init__(self, features: Features, k: int = 3) -> None:
        self.features, self.k = features, at_least("precision-recall", "k", k, 1)
        self.min_samples = k + 1

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        enough("precision-recall", self.min_samples, real=real, generated=fake)
        x, y = all_vectors(self.features, fake), all_vectors(self.features, real)
        x_radii, y_radii = radii(x, self.k), radii(y, self.k)
        near_real, near_fake = 0, torch.zeros(len(y), dtype=torch.bool)
        for rows, squared in blocks(x, y):
            near_real += int((squared <= y_radii).any(1).sum())
            near_fake |= (squared <= x_radii[rows, None]).any(0)
        return {"precision": near_real / len(x), "recall": int(near_fake.sum()) / len(y)}
