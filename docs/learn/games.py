"""The numbers behind the figures: densities, ganzoo's losses, and trainings of some seconds."""

from __future__ import annotations

import functools
import math
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

import ganzoo
from ganzoo import Batch, Scores, Spec

MEAN, SIGMA = 4.0, 0.5  # of p_data, as in figure 1 of the paper's reproduction
X = torch.linspace(1, 7, 601, dtype=torch.float64)
STEP = float(X[1] - X[0])


def component(kind: str, name: str) -> Callable[..., object]:
    """The class of a component of ganzoo."""
    return ganzoo.Registry.discover().get(kind, name).load()


def scores(logit: Tensor) -> Scores:
    """Logits (N,) as the scores that a loss of ganzoo reads."""
    return Scores(logit, Batch(x=logit[:, None]))


def normal(mean: float, sigma: float) -> Tensor:
    """The density of a normal distribution on X."""
    return torch.exp(-0.5 * ((X - mean) / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi))


def best_d(p_data: Tensor, p_g: Tensor) -> Tensor:
    return p_data / (p_data + p_g)


def value(p_data: Tensor, p_g: Tensor) -> float:
    """V(D*, G), an integral over X."""
    d = best_d(p_data, p_g).clamp(1e-12, 1 - 1e-12)
    return float((p_data * d.log() + p_g * (1 - d).log()).sum() * STEP)


@functools.cache
def digits(label: int) -> np.ndarray:
    """The images of one digit among ganzoo's 5,000, (N, 28, 28) in [0, 1]."""
    with tempfile.TemporaryDirectory() as root:
        data = component("dataset", "mnist-5k")().load(Path(root), "train")
    return data.x[data.y == label].numpy()[:, 0] / 255.0


def kernel_density(at: np.ndarray, points: np.ndarray, width: np.ndarray) -> np.ndarray:
    """A sum of Gaussians around the points, (N, 2), at (M, 2); without a scale."""
    distance = (((at[:, None] - points[None]) / width) ** 2).sum(axis=-1)
    return np.exp(-distance / 2).sum(axis=1)


@functools.cache
def trained_g() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points z, G(z), and samples, of the recipe of figure 1 after half of its steps."""
    settings = {"log_every": 1500, "checkpoint_every": 1500, "sample_every": 1500}
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        recipe = "goodfellow-2014-figure-1"
        run = ganzoo.train(recipe, steps=1500, device="cpu", out=out, set=settings)
        trained = ganzoo.load(run)
    z = torch.linspace(-1, 1, 201)
    x = trained.sample(20_000, seed=0)
    return z.numpy(), trained.sample(z=z[:, None]).flatten().numpy(), x.flatten().numpy()


@functools.cache
def trained_d(mean: float, sigma: float) -> Tensor:
    """D(X) of ganzoo's perceptron after 1,500 steps against a generator that does not change."""
    torch.manual_seed(0)
    network = component("discriminator", "mlp")(
        Spec((1,), low=-math.inf, high=math.inf), hidden=(64, 64), dropout=0.0
    )
    loss = component("loss", "non-saturating")()
    steps = 1500
    optimizer = torch.optim.Adam(network.parameters(), lr=3e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        real, fake = MEAN + SIGMA * torch.randn(512, 1), mean + sigma * torch.randn(512, 1)
        value = loss.discriminator(scores(network(real)), scores(network(fake)))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return network(X.float()[:, None]).sigmoid()
