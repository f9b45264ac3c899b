"""The Fréchet distance between the features of real and generated samples."""

from collections.abc import Iterable
from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric, UsageError
from ganzoo_metrics.checks import enough, vectors

INCEPTION = "inception-v3-compat"  # the features of the literature's FID


class FrechetDistance(Metric):
    """The squared Fréchet distance of two Gaussians that have the mean and covariance of the
    features (arXiv:1706.08500, equation 6), the covariance with n - 1 in its denominator.

    - ``fd``: at least 0, and 0 if both Gaussians agree. Its expectation falls with the number of
      samples (arXiv:1801.01401), so compare only distances of equally many samples and of the same
      features. For Inception's features the default is the metric ``fid`` in its place.

    Computed in float64; the samples' features are read once and never held. Raises UsageError for
    fewer than 2 samples.
    """

    result: ClassVar[str] = "fd"
    lower_is_better: ClassVar[dict[str, bool]] = {"fd": True}
    min_samples: ClassVar[int] = 2

    def __init__(self, features: Features) -> None:
        self.features = features
        self.default = features.name != INCEPTION

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        enough(self.result, self.min_samples, real=real, generated=fake)
        sides = (moments(vectors(self.features, data)) for data in (real, fake))
        return {self.result: frechet(*sides)}


class FrechetInceptionDistance(FrechetDistance):
    """The Fréchet inception distance (arXiv:1706.08500): the metric ``fd`` of Inception's features
    and of no others, so that a number called FID has the literature's meaning.

    - ``fid``: at least 0, and 0 if both Gaussians agree. Its expectation falls with the number of
      samples.

    Raises UsageError for other features, and for fewer than 2 samples.
    """

    result: ClassVar[str] = "fid"
    lower_is_better: ClassVar[dict[str, bool]] = {"fid": True}

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Data) -> None:
        if self.features.name != INCEPTION:
            raise UsageError(
                "The metric 'fid' is the Fréchet distance of Inception's features, and here "
                f"the features are {self.features.name!r}. Use --metric fd for their distance, or "
                "--features inception, which needs `pip install 'ganzoo[inception]'`."
            )


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
    """A with A A^T = cov, (D, rank): without the directions in which all variance is rounding."""
    values, axes = torch.linalg.eigh(cov)
    kept = values > values[-1] * len(cov) * torch.finfo(cov.dtype).eps
    return axes[:, kept] * values[kept].sqrt()
