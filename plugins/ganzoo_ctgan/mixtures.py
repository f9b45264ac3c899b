"""Mixtures of Gaussians in one dimension, fitted by expectation and maximisation."""

import math

import torch
from torch import Tensor

STEPS = 100
FITTED = 2_000  # values, spread over the data, that a mixture is fitted to
PATIENCE = 2  # numbers of modes in a row that are no better than the best

Mixture = tuple[Tensor, Tensor, Tensor]  # weights, means and standard deviations, float64 (K,) each


def fitted(values: Tensor, most: int, *, narrow: float) -> Mixture:
    """A mixture of at most ``most`` Gaussians for values (N,). The number of the modes is that of
    the lowest Bayesian information criterion; the search ends when it rises twice. Equal values
    have one mode with the standard deviation ``narrow``."""
    x = values.double().sort().values
    x = x[torch.linspace(0, len(x) - 1, min(len(x), FITTED)).round().long()]
    if x[0] == x[-1]:
        return torch.ones(1).double(), x[:1].clone(), torch.full((1,), narrow, dtype=x.dtype)
    scale = float(x.std(correction=0))
    best: tuple[float, Mixture] | None = None
    worse = 0
    for modes in range(1, most + 1):
        mixture = with_modes(x, modes, least=1e-3 * scale)
        parameters = 3 * modes - 1
        score = parameters * math.log(len(x)) - 2 * float(log_likelihood(x, mixture).sum())
        if best is None or score < best[0]:
            best, worse = (score, mixture), 0
        else:
            worse += 1
        if worse == PATIENCE:
            break
    assert best is not None
    return best[1]


def with_modes(x: Tensor, modes: int, least: float) -> Mixture:
    """The mixture with so many modes, which start at quantiles of the values. ``least``: the
    smallest standard deviation."""
    places = (torch.arange(modes, dtype=torch.float64) + 0.5) / modes
    means = torch.quantile(x, places)
    if len(means.unique()) < modes:  # many equal values: modes that start as one would stay one
        means = torch.quantile(x.unique(), places)
    stds = torch.full_like(means, max(float(x.std(correction=0)) / modes, least))
    weights = torch.full_like(means, 1 / modes)
    for _ in range(STEPS):
        share = (log_density(x, means, stds) + weights.log()).softmax(1)  # (N, K)
        count = share.sum(0).clamp(min=1e-9)
        weights = count / count.sum()
        means = (share * x[:, None]).sum(0) / count
        variance = (share * (x[:, None] - means).square()).sum(0) / count
        stds = variance.sqrt().clamp(min=least)
    return weights, means, stds


def log_density(x: Tensor, means: Tensor, stds: Tensor) -> Tensor:
    """(N, K): the logarithm of the density of each Gaussian at each value of x, (N,)."""
    z = (x[:, None] - means) / stds
    return -z.square() / 2 - stds.log() - math.log(2 * math.pi) / 2


def log_likelihood(x: Tensor, mixture: Mixture) -> Tensor:
    """(N,): the logarithm of the density of a mixture."""
    weights, means, stds = mixture
    return (log_density(x, means, stds) + weights.log()).logsumexp(1)
