"""The base classes of games with an encoder beside the generator, and the terms of their losses."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Batch, Game, Part, Role, Spec, UsageError


class WithEncoder(Game):
    """The player g moves the generator and the encoder, E."""

    exclusive: tuple[str, ...] = ("encoder",)

    def roles(self) -> dict[str, Role]:
        part = Part("noise-encoder")
        encoder = Role("network", self.e_spec(), part, averaged=True, sampling=True)
        return {**super().roles(), "encoder": encoder}

    def e_spec(self) -> Spec:
        """The encoder's spec, with the length of its output as z_dim: that of the noise, without
        labels that another game joins to it."""
        return self.g_spec().replace(z_dim=self.prior.dim)

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator"], "g": ["generator", "encoder"]}

    def check(self, game: Any) -> None:
        super().check(game)
        for augmentation in self.augmentations:
            if augmentation.joins > 1:
                raise UsageError(
                    f"The augmentation {type(augmentation).__name__} joins samples, and a game "
                    "with an encoder scores each sample by its own: leave it out."
                )


class WithPosterior(WithEncoder):
    """E gives the mean and the logarithm of the variance of z given x, each element of z a normal
    distribution of its own."""

    def e_spec(self) -> Spec:
        return self.g_spec().replace(z_dim=2 * self.prior.dim)

    def encode(self, samples: Batch) -> Batch:
        """The mean of z given x."""
        return samples.replace(x=None, z=self.posterior(samples)[0])

    def posterior(self, samples: Batch) -> tuple[Tensor, Tensor]:
        """The mean and the logarithm of the variance of z given x, both (N, z_dim)."""
        both = super().encode(samples).tensor("z").float()
        mean, log_variance = both.chunk(2, 1)
        return mean, log_variance


def drawn(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Draws from N(mean, variance), in the shape of both."""
    return mean + (log_variance / 2).exp() * torch.randn_like(mean)


def half_squares(x: Tensor, other: Tensor) -> Tensor:
    """Half the squared Euclidean distance of each row, (N, ...), its mean over the rows."""
    return (x.float() - other.float()).square().flatten(1).sum(1).mean() / 2
