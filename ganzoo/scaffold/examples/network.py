"""An encoder from samples back to noise, and the game in which it plays."""

from typing import Any

from ganzoo import Game, Network, Part, Role, Scores, Spec, Weight, register
from torch import Tensor, nn

# Unless a recipe names another one in its `networks`.
ENCODER = Part("my-encoder")


@register("network", "my-encoder")
class Encoder(Network):
    """One hidden layer from x to z, (N, *spec.shape) -> (N, z_dim).

    Args:
        width: of the hidden layer.
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
    """G and an encoder E also minimise weight * E[|E(G(z)) - z|^2 / z_dim].

    Two noises that G turned into one sample could not both be reconstructed.

    Args:
        weight: of the reconstruction in G's loss.
    """

    def __init__(self, *given: Any, weight: Weight = 1.0, **rules: Any) -> None:
        super().__init__(*given, **rules)
        self.weight = weight

    def roles(self) -> dict[str, Role]:
        encoder = Role("network", self.g_spec(), default=ENCODER)
        return {**super().roles(), "encoder": encoder}

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator"], "g": ["generator", "encoder"]}

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        error = (self.encoder(fake.batch.x) - fake.batch.z).square().mean()
        return super().g_loss(real, fake) + self.weight * error
