"""The kernel distance between the features of real and generated samples."""

from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import all_vectors, at_least, enough


class KernelDistance(Metric):
    """The squared maximum mean discrepancy of the features under the kernel (x.y / d + 1)^3
    (arXiv:1801.01401), by its unbiased estimator, averaged over random subsets.

    - ``kid``: its expectation does not depend on the number of samples. If both distributions
      agree, it is around 0, and often negative.
    - ``kid_std``: the standard deviation over the subsets, which share samples: not the error of
      ``kid``, but the number that the literature prints after a plus-minus sign.

    The subsets are drawn as in torch-fidelity. Kernels are in float64. Raises UsageError for fewer
    samples than a subset has.

    Args:
        subsets: number of subsets, each drawn without replacement.
        subset_size: samples in each subset.
        seed: seed of the draws.
    """

    lower_is_better: ClassVar[dict[str, bool | None]] = {"kid": True, "kid_std": None}
    min_samples: int = 1000

    def __init__(
        self, features: Features, subsets: int = 100, subset_size: int = 1000, seed: int = 0
    ) -> None:
        self.features, self.seed = features, at_least("kid", "seed", seed, 0)
        self.subsets = at_least("kid", "subsets", subsets, 1)
        self.min_samples = self.subset_size = at_least("kid", "subset_size", subset_size, 2)

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        enough("kid", self.subset_size, real=real, generated=fake)
        x, y = all_vectors(self.features, fake), all_vectors(self.features, real)
        draws = np.random.RandomState(self.seed)  # every numpy draws the same numbers
        estimates = torch.zeros(self.subsets, dtype=torch.float64)
        for subset in range(self.subsets):
            rows = [draws.choice(len(z), self.subset_size, replace=False) for z in (x, y)]
            estimates[subset] = mmd2(x[rows[0]].double(), y[rows[1]].double())
        return {"kid": estimates.mean().item(), "kid_std": estimates.std(correction=0).item()}


def mmd2(x: Tensor, y: Tensor) -> Tensor:
    """The unbiased estimate of the squared MMD from x (n, D) and y (m, D), a scalar."""
    return _pairs(x) + _pairs(y) - 2 * _kernel(x, y).mean()


def _pairs(x: Tensor) -> Tensor:
    """The mean of the kernel over all pairs of different rows."""
    kernel = _kernel(x, x)
    return (kernel.sum() - kernel.trace()) / (len(x) * (len(x) - 1))


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1).pow(3)
