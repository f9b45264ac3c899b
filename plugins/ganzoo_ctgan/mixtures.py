"""Mixtures of Gaussians in one dimension, fitted by expectation and maximisation."""

import math

import torch
from torch import Tensor

STEPS = 200
LEAST = 0.005  # the share of the values that a mode must have
FITTED = 20_000  # values, spread over the data, that a mixture is fitted to


def fitted(values: Tensor, most: int) -> tuple[Tensor, Tensor, Tensor]:
    """The weights, the means and the standard deviations of a mixture of at most ``most``
    Gaussians for values (N,); float64 (K,) each, K from 1 to ``most``, the weights with the sum 1.

    The modes start at quantiles of the values. In each step a mode loses the number of its values
    by 1, half its number of parameters, and vanishes at 0: the prior of Figueiredo and Jain (2002,
    equation 17), which finds the number of modes, as the variational prior of arXiv:1907.00503.
    """
    x = values.double().sort().values
    x = x[torch.linspace(0, len(x) - 1, min(len(x), FITTED)).round().long()]
    scale = float(x.std(correction=0))
    if not scale > 0:  # all values are equal
        return torch.ones(1).double(), x[:1].clone(), torch.ones(1).double()
    places = (torch.arange(most, dtype=torch.float64) + 0.5) / most
    means = torch.quantile(x, places).unique()
    stds = torch.full_like(means, scale / len(means))
    weights = torch.full_like(means, 1 / len(means))
    for _ in range(STEPS):
        share = (log_density(x, means, stds) + weights.log()).softmax(1)  # (N, K)
        count = share.sum(0)
        kept = (count - 1).clamp(min=0)
        kept = kept if kept.any() else count
        alive = kept > 0
        share, count, kept = share[:, alive], count[alive], kept[alive]
        weights = kept / kept.sum()
        means = (share * x[:, None]).sum(0) / count
        variance = (share * (x[:, None] - means).square()).sum(0) / count
        stds = variance.sqrt().clamp(min=1e-3 * scale)
    large = weights >= min(LEAST, float(weights.max()))
    weights, means, stds = weights[large], means[large], stds[large]
    return weights / weights.sum(), means, stds


def log_density(x: Tensor, means: Tensor, stds: Tensor) -> Tensor:
    """(N, K): the logarithm of the density of each Gaussian at each value of x, (N,)."""
    z = (x[:, None] - means) / stds
    return -z.square() / 2 - stds.log() - math.log(2 * math.pi) / 2
