"""The Fréchet distance between the features of real and generated samples."""

from collections.abc import Iterable
from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import enough, vectors


class FrechetDistance(Metric):
    """The squared Fréchet distance of two Gaussians that have the mean and covariance of the
    features (arXiv:1706.08500, equation 6), the covariance with n - 1 in its denominator.

    - ``fid``: at least 0, and 0 where both agree. Its expectation falls with the number of samples
      (arXiv:1801.01401), so compare only what was measured on equally many. It is
      called FID whatever the features are; only with Inception's is it the literature's.

    Computed in float64; the samples' features are read once and never held. Raises UsageError for
    fewer than 2 samples.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"fid": True}
    min_samples: ClassVar[int] = 2

    def __init__(self, features: Features) -> None:
        self.features = features

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        enough("fid", self.min_samples, real=real, generated=fake)
        return {"fid": frechet(*(moments(vectors(self.features, data)) for data in (real, fake)))}


def moments(pieces: Iterable[Tensor]) -> tuple[Tensor, Tensor]:
    """Mean (D,) and covariance (D, D) of rows that come in pieces, merged by the update of Chan,
    Golub and LeVeque (1983), which does not subtract large numbers from each other."""
    count, mean, scatter = 0, torch.zeros(()).double(), torch.zeros(()).double()
    for x in pieces:
        centre = x.mean(0)
        gap, share = centre - mean, len(x) / (count + len(x))
        rest = x - centre
        scatter = scatter + rest.T @ rest + gap[:, None] * gap * (count * share)
        mean, count = mean + gap * share, count + len(x)
    return mean, scatter / (count - 1)


def frechet(one: tuple[Tensor, Tensor], other: tuple[Tensor, Tensor]) -> float:
    """|m - m'|^2 + tr(S + S' - 2 (S S')^(1/2)) for (m, S) and (m', S'), float64.

    With S = A A^T and S' = B B^T, the eigenvalues of S S' are the squares of the singular values of
    A^T B. Their sum loses no digits where a covariance is singular; roots of eigenvalues would lose
    half of them.
    """
    (mean, cov), (mean_, cov_) = one, other
    cross = torch.linalg.svdvals(_factor(cov).T @ _factor(cov_)).sum()
    distance = (mean - mean_).square().sum() + cov.trace() + cov_.trace() - 2 * cross
    return max(0.0, distance.item())


def _factor(cov: Tensor) -> Tensor:
    """A with A A^T = cov, (D, rank): without the directions in which there is only rounding."""
    values, axes = torch.linalg.eigh(cov)
    kept = values > values[-1] * len(cov) * torch.finfo(cov.dtype).eps
    return axes[:, kept] * values[kept].sqrt()
