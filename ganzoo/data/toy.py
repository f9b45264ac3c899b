"""The toy distributions of the GAN literature: vectors drawn from a seed, the same every time."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ganzoo.data.drawn import DrawnDataset
from ganzoo.ranges import Count, Positive


class Toy(DrawnDataset):
    """A distribution of vectors: x float32 (N, D)."""

    def seed_text(self, split: str) -> str:
        # Without the name, so that these datasets keep the samples of earlier versions.
        return f"{self.seed} {split}"


class Mixture(Toy):
    """Isotropic Gaussians of equal weight; y: the index of the Gaussian of each sample.

    A subclass sets ``centres``, float64 (K, D), and ``sigma``, the standard deviation of each
    coordinate around them.
    """

    centres: Tensor
    sigma: float

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, Tensor]:
        y = torch.randint(len(self.centres), (count,), generator=dice)
        return self.centres[y] + self.sigma * _normal(count, self.centres.shape[1], dice), y


class Ring(Mixture):
    """Eight Gaussians on a circle around 0, at the angles 2 pi k / 8 (arXiv:1712.04086, section
    4.1): x float32 (N, 2), y int64 (N,), the mode k; its label is the angle.

    ``test``: 10,000 samples, other than the samples of ``train``.

    Args:
        count: samples to train on.
        seed: seed of the draws.
        radius: radius of the circle.
        sigma: standard deviation of each coordinate around the mode.
    """

    name = "ring-8"
    labels = tuple(f"{45 * k} deg" for k in range(8))

    def __init__(
        self, count: Count = 100_000, seed: int = 0, radius: Positive = 1.0, sigma: Positive = 0.01
    ) -> None:
        super().__init__(count, seed)
        self.radius, self.sigma = radius, sigma
        angles = torch.arange(8, dtype=torch.float64) * (2 * math.pi / 8)
        self.centres = self.radius * torch.stack([angles.cos(), angles.sin()], 1)


class Grid(Mixture):
    """25 Gaussians on the grid {-4, -2, 0, 2, 4} x {-4, -2, 0, 2, 4} (arXiv:1712.04086, section
    4.1): x float32 (N, 2), y int64 (N,), the mode; its label is the centre.

    ``test``: 10,000 samples, other than the samples of ``train``.

    Args:
        count: samples to train on.
        seed: seed of the draws.
        sigma: standard deviation of each coordinate around the mode.
    """

    name = "grid-25"
    labels = tuple(f"({a}, {b})" for a in range(-4, 5, 2) for b in range(-4, 5, 2))

    def __init__(self, count: Count = 100_000, seed: int = 0, sigma: Positive = 0.05) -> None:
        super().__init__(count, seed)
        self.sigma = sigma
        line = torch.arange(-4, 5, 2, dtype=torch.float64)
        self.centres = torch.cartesian_prod(line, line)


class Gaussian1D(Toy):
    """Numbers with a normal distribution: x float32 (N, 1), unlabelled. One dimension, in which
    p_data, p_g and D can be drawn as in figure 1 of arXiv:1406.2661.

    ``test``: 10,000 samples, other than the samples of ``train``.

    Args:
        count: samples to train on.
        seed: seed of the draws.
        mean: mean of the distribution.
        std: standard deviation of the distribution.
    """

    name = "gaussian-1d"

    def __init__(
        self, count: Count = 100_000, seed: int = 0, mean: float = 4.0, std: Positive = 0.5
    ) -> None:
        super().__init__(count, seed)
        self.mean, self.std = mean, std

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, None]:
        return self.mean + self.std * _normal(count, 1, dice), None


class SwissRoll(Toy):
    """A spiral in the plane, as in figure 1 of arXiv:1704.00028 and its code (gan_toy.py): x and z
    of scikit-learn's make_swiss_roll, divided by 7.5. x float32 (N, 2), unlabelled.

    ``test``: 10,000 samples, other than the samples of ``train``.

    Args:
        count: samples to train on.
        seed: seed of the draws.
        noise: standard deviation of each coordinate around the spiral, before the division.
    """

    name = "swiss-roll"

    def __init__(self, count: Count = 100_000, seed: int = 0, noise: Positive = 0.25) -> None:
        super().__init__(count, seed)
        self.noise = noise

    def draw(self, count: int, dice: torch.Generator) -> tuple[Tensor, None]:
        t = 1.5 * math.pi * (1 + 2 * torch.rand(count, dtype=torch.float64, generator=dice))
        spiral = torch.stack([t * t.cos(), t * t.sin()], 1)
        return (spiral + self.noise * _normal(count, 2, dice)) / 7.5, None


def _normal(count: int, size: int, dice: torch.Generator) -> Tensor:
    return torch.randn(count, size, dtype=torch.float64, generator=dice)
