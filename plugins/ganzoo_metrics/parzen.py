"""The Parzen-window log-likelihood of the GAN paper."""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from ganzoo import Data, Metric, UsageError
from ganzoo_metrics.checks import alike, at_least, enough, images, white

SIGMAS = tuple(np.logspace(-1, 0, 10).tolist())
TRAINING = ("train", "rest")  # rest: the training images that a dataset's limit leaves out
ROWS = 500  # images whose distances to all fakes are in memory at a time


class Parzen(Metric):
    """The mean log-likelihood, in nats, of the real images under Gaussians of width sigma around
    the fakes, by the protocol of ``parzen_ll.py``, the code of arXiv:1406.2661 (section 5 and
    table 1, where MNIST has 225 ± 2).

    Images are in [0, 1] and flattened: 10,000 fakes, against the 10,000 images of the test split.
    Sigma is chosen from 10 values, spaced evenly in the logarithm over [0.1, 1], for the highest
    mean log-likelihood of the first 1,000 of train[50000:60000]. Fakes have 256 levels of gray
    here, and had not in the paper: the variance of the rounding, 784/12/255^2 = 0.001, is
    negligible beside the distances.

    - ``parzen``: the mean log-likelihood of the real images. True data in place of the fakes does
      not give an upper bound: centroids of the data score higher (Theis et al., arXiv:1511.01844,
      table 1). It is a check against the paper's number, not a measure of quality.
    - ``parzen_standard_error``: std / sqrt(N) over the real images.
    - ``sigma``: the chosen width.

    Computed in float64. Raises UsageError for vectors, and if there are no training images from
    number ``valid_from`` on.

    Args:
        valid_from: number of the first image for the choice of sigma, among all training images,
            including the images that a dataset's limit leaves out.
        valid_count: the greatest number of images for the choice of sigma.
    """

    lower_is_better: ClassVar[dict[str, bool | None]] = {
        "parzen": False,
        "parzen_standard_error": None,
        "sigma": None,
    }
    default: ClassVar[bool] = False
    min_samples: ClassVar[int] = 2
    num_fakes: ClassVar[int] = 10_000

    def __init__(
        self, data: Mapping[str, Data], valid_from: int = 50_000, valid_count: int = 1_000
    ) -> None:
        self.data = data
        self.valid_from = at_least("parzen", "valid_from", valid_from, 0)
        self.valid_count = at_least("parzen", "valid_count", valid_count, 1)

    def check(self, real: Data) -> None:
        images("parzen", real)
        if not len(self._valid()):
            count = sum(len(self.data[split]) for split in TRAINING if split in self.data)
            raise UsageError(
                "The metric 'parzen' chooses its sigma on training images from number "
                f"{self.valid_from} on, and there are {count}: set a smaller valid_from."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        alike(real, fake)
        enough("parzen", self.min_samples, real=real, generated=fake)
        valid = self._valid()
        means = _flat(fake.x)
        best = log_likelihoods(_flat(valid), means, SIGMAS).mean(1).argmax()
        sigma = SIGMAS[int(best)]
        (log_p,) = log_likelihoods(_flat(real.x), means, (sigma,))
        return {
            "parzen": log_p.mean().item(),
            "parzen_standard_error": log_p.std(correction=0).item() / math.sqrt(len(log_p)),
            "sigma": sigma,
        }

    def _valid(self) -> Tensor:
        """The images for the choice of sigma, of the training images or of their rest."""
        start = self.valid_from
        for split in TRAINING:
            x = self.data[split].x if split in self.data else torch.empty(0)
            if start < len(x):
                return x[start : start + self.valid_count]
            start -= len(x)
        return torch.empty(0)


def _flat(x: Tensor) -> Tensor:
    """uint8 or uint16 images (N, ...) as float64 (N, D) in [0, 1]."""
    return x.cpu().flatten(1).double() / white(x)


def log_likelihoods(x: Tensor, means: Tensor, sigmas: tuple[float, ...]) -> Tensor:
    """log p(x) under equal Gaussians around the means, for each sigma: float64 (sigmas, N).

    x: (N, D), means: (M, D), float64.
    """
    pieces = [
        torch.stack([torch.logsumexp(squared / (-2 * sigma**2), 1) for sigma in sigmas])
        for squared in _squared_distances(x, means)
    ]
    widths = torch.tensor(sigmas, dtype=torch.float64)[:, None] * math.sqrt(2 * math.pi)
    return torch.cat(pieces, 1) - math.log(len(means)) - means.shape[1] * widths.log()


def _squared_distances(x: Tensor, means: Tensor) -> Iterator[Tensor]:
    """Squared distances (n, M) of n rows of x at a time, by a matrix product, for every sigma."""
    norms = means.square().sum(1)
    for piece in x.split(ROWS):
        yield torch.addmm(norms + piece.square().sum(1, keepdim=True), piece, means.T, alpha=-2)
