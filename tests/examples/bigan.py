"""BiGAN (arXiv:1605.09782): an encoder plays beside the generator, and D sees x with its z.

ganzoo train bigan:bigan --plugin bigan.py
ganzoo train bigan:bigan --plugin bigan.py --set networks.encoder.width=128
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganzoo import (
    Batch,
    Count,
    Discriminator,
    Game,
    Loss,
    Network,
    Part,
    Recipe,
    Role,
    Scores,
    Spec,
    register,
)


@register("network", "mlp-encoder")
class Encoder(Network):
    """The noise that a sample may have come from: (N, *spec.shape) -> (N, z_dim)."""

    def __init__(self, spec: Spec, width: Count = 64) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(
            nn.Flatten(), nn.Linear(spec.size, width), nn.ReLU(), nn.Linear(width, spec.z_dim)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


@register("discriminator", "pairs")
class Pairs(Discriminator):
    """Scores x together with z: (N, *spec.shape) and (N, z_dim) -> (N,)."""

    takes = ("z",)

    def __init__(self, spec: Spec, width: Count = 64) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(
            nn.Linear(spec.size + spec.z_dim, width), nn.LeakyReLU(0.2), nn.Linear(width, 1)
        )

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        pair = torch.cat((x.flatten(1), z), 1)  # (N, spec.size + z_dim)
        return self.body(pair).squeeze(1)  # (N, 1) -> (N,)


@register("loss", "bidirectional")
class Bidirectional(Loss):
    """D maximises log D(x, E(x)) + log(1 - D(G(z), z)) (equation 2); G and E minimise it with the
    two exchanged, which does not saturate (section 3.4)."""

    g_needs_real = True

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(-real.score).mean() + softplus(fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is not None
        return softplus(real.score).mean() + softplus(-fake.score).mean()

    def probability(self, score: Tensor) -> Tensor:
        return score.sigmoid()


@register("game", "bidirectional")
class WithEncoder(Game):
    """The player g moves the generator and the encoder, which gives each real sample its z."""

    def roles(self) -> dict[str, Role]:
        encoder = Role("network", self.g_spec(), averaged=True, sampling=True)
        return {**super().roles(), "encoder": encoder}

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator"], "g": ["generator", "encoder"]}

    def real(self, batch: Batch) -> Batch:
        return batch.replace(z=self.encoder(batch.x))


register("recipe", "bigan")(
    Recipe(
        name="bigan",
        summary="An encoder learns to invert the generator",
        paper="arXiv:1605.09782",
        generator=Part("mlp", {"hidden": (64, 64)}),
        discriminator=Part("pairs"),
        networks={"encoder": Part("mlp-encoder")},
        loss=Part("bidirectional"),
        game=Part("bidirectional"),
        prior=Part("normal", {"dim": 2}),
        dataset=Part("ring-8"),
        optimizer={player: Part("adam", {"lr": 2e-4}) for player in ("d", "g")},
        steps=3000,
        ema=0.99,
    )
)
