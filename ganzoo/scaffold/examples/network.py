"""An encoder from samples to noise, and a game that trains it."""

from typing import Any

from ganzoo import Game, Network, Part, Role, Scores, Spec, Weight, register
from torch import Tensor, nn

# The default network of the role; a recipe may name another one in its `networks`.
ENCODER = Part("my-encoder")


@register("network", "my-encoder")
class Encoder(Network):
    """One hidden layer from x to z, (N, *spec.shape) -> (N, z_dim).

    Args:
        width: width of the hidden layer.
    """

    def __init__(self, spec: Spec, width: int = 128) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(
            nn.Flatten(),
            nn.Linear(spec.size, width),
            nn.LeakyReLU(0.2),
            nn.Linear(width, spec.z_dim),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


@register("game", "my-encoder-game", paper="arXiv:1705.07761, section 3")
class ReconstructedNoise(Game):
    """G and an encoder F also minimise weight * E[|F(G(z)) - z|^2 / z_dim].

    If G mapped two values of z to one sample, F could not reconstruct both.

    Args:
        weight: factor of the reconstruction error in G's loss.
    """

    def __init__(self, *args: Any, weight: Weight = 1.0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.weight = weight

    def roles(self) -> dict[str, Role]:
        encoder = Role("network", self.g_spec(), default=ENCODER)
        return {**super().roles(), "encoder": encoder}

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator"], "g": ["generator", "encoder"]}

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        error = (self.encoder(fake.batch.x) - fake.batch.z).square().mean()
        return super().g_loss(real, fake) + self.weight * error
