"""Losses on energies, which are low on real samples."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor
from torch.nn.functional import relu

from ganzoo import Loss, Positive, Scores

Gamma = Annotated[float, Meta(gt=0, le=1)]


class OfEnergies(Loss):
    """A loss of energies, which are at least 0: of D's further output ``energy``, (N, ...). Raises
    UsageError for a discriminator without it, whose scores may have any sign."""

    def check(self, game: Any) -> None:
        name = type(self).__name__.lower()
        game.require_outputs(f"The loss {name!r}", ("energy",), "--discriminator autoencoder")

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return mean_energy(fake)


class BEGAN(OfEnergies):
    """D minimises E(x) - k E(G(z)), G minimises E(G(z)), each E a mean over the batch. After each
    update of D, k moves by ``lambda_k`` (gamma E(x) - E(G(z))), within [0, 1], so that
    E(G(z)) becomes gamma E(x) (arXiv:1703.10717, section 3). k starts at 0.

    Logged are k, as ``began_k``, and the measure of convergence E(x) + |gamma E(x) - E(G(z))|, as
    ``convergence``, which falls as samples become better.

    Args:
        gamma: E(G(z)) / E(x) in equilibrium; a lower value gives less varied and sharper samples.
        lambda_k: the rate of k.
    """

    k: Tensor  # (), in [0, 1]

    def __init__(self, gamma: Gamma = 0.5, lambda_k: Positive = 0.001) -> None:
        super().__init__()
        self.gamma, self.lambda_k = gamma, lambda_k
        self.register_buffer("k", torch.tensor(0.0))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return mean_energy(real) - self.k * mean_energy(fake)

    def updated(self, real: Scores, fake: Scores) -> None:
        self.k.add_(self.lambda_k * self._imbalance(real, fake)).clamp_(0, 1)

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        convergence = mean_energy(real) + self._imbalance(real, fake).abs()
        return {
            "energy_real": mean_energy(real),
            "energy_fake": mean_energy(fake),
            "began_k": self.k.clone(),
            "convergence": convergence,
        }

    def reading(self, scalars: Mapping[str, float]) -> str:
        if not {"energy_real", "energy_fake"} <= scalars.keys():
            return ""
        ratio = scalars["energy_fake"] / scalars["energy_real"]
        return (
            f"The energy of samples is {ratio:.2f} of the energy of data; in equilibrium it is "
            f"{self.gamma:g}."
        )

    def _imbalance(self, real: Scores, fake: Scores) -> Tensor:
        """gamma E(x) - E(G(z))."""
        return self.gamma * mean_energy(real) - mean_energy(fake)


class EBGAN(OfEnergies):
    """D minimises E(x) + max(0, margin - E(G(z))), G minimises E(G(z)) (arXiv:1609.03126,
    section 2.1).

    Args:
        margin: m. It is in units of the energy, and should be several times the energy that D can
            reach on data.
    """

    def __init__(self, margin: Positive = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return mean_energy(real) + relu(self.margin - fake.aux["energy"]).mean()

    def undecided(self) -> float:
        return self.margin  # any energy from 0 to the margin


def mean_energy(scores: Scores) -> Tensor:
    """The mean of the energies, ()."""
    return scores.aux["energy"].mean()
