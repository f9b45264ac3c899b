"""Noise priors, distributions P(z). Each draws z of shape (n, dim), float32."""

import math
from typing import Annotated

import torch
from msgspec import Meta

from ganzoo import Batch, Count, NoisePrior, Positive, UsageError


class Prior(NoisePrior):
    """A prior over z alone; subclasses define ``values``.

    Args:
        dim: length of z.
    """

    def __init__(self, dim: Count = 100) -> None:
        super().__init__()
        self.dim = dim

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        z = torch.empty(n, self.dim, device=device)
        return Batch(z=self.values(z, generator))

    def values(self, z: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """Fill ``z``, or return a new tensor of its shape."""
        raise NotImplementedError(f"{type(self).__name__} must define values()")


class Normal(Prior):
    """Independent normal coordinates with mean 0.

    Args:
        dim: length of z.
        std: standard deviation of each coordinate.
    """

    def __init__(self, dim: Count = 100, std: Positive = 1.0) -> None:
        super().__init__(dim)
        self.std = self.normal_std = std

    def values(self, z: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        return z.normal_(0.0, self.std, generator=generator)


class Uniform(Prior):
    """Independent coordinates, uniform on [low, high).

    Args:
        dim: length of z.
        low: the lower bound.
        high: the upper bound. The GAN paper's own code has (-sqrt 3, sqrt 3), for variance 1.
    """

    def __init__(self, dim: Count = 100, low: float = -1.0, high: float = 1.0) -> None:
        super().__init__(dim)
        if not low < high:
            raise UsageError(f"prior.low ({low}) must be less than prior.high ({high}).")
        if not high - low <= torch.finfo(torch.float32).max:
            raise UsageError(
                f"prior.low ({low}) and prior.high ({high}) are too far apart: the noise is drawn "
                "in float32."
            )
        self.low, self.high = low, high

    def values(self, z: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        return z.uniform_(self.low, self.high, generator=generator)


class UniformSphere(Prior):
    """Uniform on the sphere around 0: a normal vector scaled to the length ``radius``
    (arXiv:1609.04468, section 2).

    Args:
        dim: length of z.
        radius: radius of the sphere; None for sqrt(dim), which gives each coordinate variance 1.
    """

    def __init__(self, dim: Count = 100, radius: Positive | None = None) -> None:
        super().__init__(dim)
        self.radius = radius or math.sqrt(dim)

    def values(self, z: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        return torch.nn.functional.normalize(z.normal_(generator=generator)) * self.radius


class Bernoulli(Prior):
    """Independent random bits: 1 with probability p, else -1.

    Args:
        dim: length of z.
        p: probability of a 1.
    """

    def __init__(self, dim: Count = 100, p: Annotated[float, Meta(gt=0, lt=1)] = 0.5) -> None:
        super().__init__(dim)
        self.p = p

    def values(self, z: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        return z.bernoulli_(self.p, generator=generator).mul_(2).sub_(1)
