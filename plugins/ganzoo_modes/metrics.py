"""Counting the modes of a mixture of Gaussians that a generator reaches."""

import math
from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Metric, UsageError

REACH = 3.0  # in sigma: a sample of high quality is nearer than this to the centre of a mode
CHUNK = 1 << 16  # distances in memory at a time


class Modes(Metric):
    """PacGAN's protocol for mixtures of Gaussians in the plane (arXiv:1712.04086, section 4.1).

    The labels of the real samples are their modes. The centre of a mode is the mean of its samples;
    sigma, the same for all modes, is the standard deviation of a coordinate around the centres. A
    fake is of high quality if its Euclidean distance to the nearest centre is less than 3 sigma, as
    in the paper's code, where centres and sigma are known and not estimated. An exact sample of a
    Gaussian in the plane is of high quality with probability 1 - exp(-9/2) = 98.9 %. The paper
    takes 2,500 fakes.

    - ``modes``: the number of modes with at least one fake of high quality; 0 to K.
    - ``high_quality``: the share of fakes of high quality, in [0, 1].
    - ``kl``: KL(p || uniform) in nats, where p is the distribution of the fakes of high quality
      over the K modes; 0 to log K, and log K if no fake is of high quality.

    real: float (N, D), a label for each sample and a sample of each label; fake: float (M, D),
    whose labels are not read. Raises UsageError for anything else.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"modes": False, "high_quality": False, "kl": True}

    num_fakes: ClassVar[int | None] = 2500

    def check(self, real: Data) -> None:
        _check_points("real", real)
        if real.y is None:
            raise UsageError(
                "The metric 'modes' takes the labels of the real samples for their modes, and "
                "these samples have no labels: use it with a mixture such as ring-8 or grid-25."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        _check_points("generated", fake)
        if real.x.shape[1] != fake.x.shape[1]:
            raise UsageError(
                f"The real samples have {real.x.shape[1]} coordinates and the generated samples "
                f"{fake.x.shape[1]}: compare a generator with the data that it was trained on."
            )
        centres, sigma = _centres(real)
        hits = torch.zeros(len(centres), dtype=torch.int64)
        for x in _chunks(fake.x, len(centres)):
            gap, mode = torch.cdist(x, centres).min(1)
            hits += mode[gap < REACH * sigma].bincount(minlength=len(hits))
        return {
            "modes": float((hits > 0).sum()),
            "high_quality": int(hits.sum()) / len(fake),
            "kl": kl_to_uniform(hits),
        }


def _check_points(whose: str, data: Data) -> None:
    if data.discrete or data.x.dim() != 2:
        raise UsageError(
            f"The metric 'modes' is for vectors, and the {whose} samples have the shape "
            f"{tuple(data.x.shape[1:])}: use it with a mixture such as ring-8 or grid-25."
        )
    if not len(data):
        raise UsageError(f"The metric 'modes' needs {whose} samples, and there are none.")


def _centres(real: Data) -> tuple[Tensor, float]:
    """The modes' centres, float64 (K, D), and sigma."""
    assert real.y is not None
    x, y = real.x.cpu().double(), real.y.cpu()
    counts = y.bincount(minlength=real.classes)
    if not counts.all():
        raise UsageError(
            f"Of the {len(counts)} modes, {int((counts == 0).sum())} have no real sample, so their "
            "centres are unknown: take more real samples."
        )
    totals = torch.zeros(len(counts), x.shape[1], dtype=x.dtype).index_add_(0, y, x)
    centres = totals / counts[:, None]
    freedom = x.shape[1] * max(len(x) - len(counts), 1)  # each centre was estimated
    sigma = ((x - centres[y]).square().sum() / freedom).sqrt().item()
    if not 0 < sigma < math.inf:
        raise UsageError(
            f"The real samples deviate from the centres of their modes by {sigma}, and the metric "
            "'modes' needs a finite deviation above 0: take more real samples, all finite."
        )
    return centres, sigma


def _chunks(x: Tensor, centres: int) -> Iterator[Tensor]:
    """x as float64 in pieces, so that the distances to all centres fit in memory."""
    for piece in torch.split(x, max(1, CHUNK // centres)):
        yield piece.cpu().double()


def kl_to_uniform(hits: Tensor) -> float:
    """KL(p || uniform) in nats for p = hits / hits.sum(); log K, the maximum, if the sum is 0."""
    p = hits.double() / hits.sum().clamp(min=1)
    return max(0.0, math.log(len(hits)) + torch.xlogy(p, p).sum().item())
