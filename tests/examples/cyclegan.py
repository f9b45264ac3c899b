"""CycleGAN (arXiv:1703.10593): from images of a domain A to images of a domain B, and back.

    ganzoo train cyclegan --plugin cyclegan.py

The data have the images of B as their x, and those of A, which are no pairs, as ``cond["a"]``.
"""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import l1_loss

from ganzoo import (
    Batch,
    Count,
    Data,
    Dataset,
    Discriminator,
    Game,
    Generator,
    Losses,
    Part,
    Recipe,
    Role,
    Scores,
    Spec,
    Weight,
    register,
)


@register("generator", "translator")
class Translator(Generator):
    """An image of the other domain in place of the noise: (N, C, H, W) -> (N, C, H, W)."""

    def __init__(self, spec: Spec, width: Count = 16) -> None:
        super().__init__(spec)
        channels = spec.shape[0]
        self.body = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        low, high = self.spec.low, self.spec.high
        return low + (high - low) * self.body(x).sigmoid()


@register("discriminator", "patches")
class Patches(Discriminator):
    """A score of each patch (section 4): (N, C, H, W) -> (N, 1, H / 2, W / 2)."""

    def __init__(self, spec: Spec, width: Count = 16) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(
            nn.Conv2d(spec.shape[0], width, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(width, 1, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Pool(nn.Module):
    """Earlier fakes, half of which D sees in place of new ones (section 4): (N, C, H, W) to the
    same. Its buffers are checkpointed; samples are drawn without them."""

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.register_buffer("images", torch.zeros(size, *shape))
        self.register_buffer("count", torch.tensor(0))

    def forward(self, x: Tensor) -> Tensor:
        shown = x.clone()
        for row, image in enumerate(x):
            if self.count < len(self.images):
                self.images[self.count] = image
                self.count += 1
            elif torch.rand(()) < 0.5:
                place = int(torch.randint(len(self.images), ()))
                shown[row] = self.images[place]
                self.images[place] = image
        return shown


@register("game", "cycle")
class Cycle(Game):
    """``generator`` translates A to B and ``generator_a`` B to A, each against a discriminator of
    its own; what comes back from the other domain should be the same (equations 1 to 3).

    Args:
        weight: lambda, of the cycle's L1 distances.
        pool: how many earlier fakes of a domain are kept.
    """

    def __init__(
        self, *given: Any, weight: Weight = 10.0, pool: Count = 50, **options: Any
    ) -> None:
        super().__init__(*given, **options)
        self.weight = weight
        self.pool_a, self.pool_b = (Pool(pool, self.spec.shape) for _ in range(2))
        self.register_buffer("examples", torch.zeros(64, *self.spec.shape))

    def roles(self) -> dict[str, Role]:
        back = Role("generator", self.g_spec(), averaged=True, sampling=True)
        other = Role("discriminator", self.d_spec())
        return {**super().roles(), "generator_a": back, "discriminator_a": other}

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator", "discriminator_a"], "g": ["generator", "generator_a"]}

    def generate(self, noise: Batch) -> Batch:
        return noise.replace(x=self.generator(noise.tensor("a")))

    def fake(self, real: Batch) -> Batch:
        made = self.generate(real)
        if torch.is_grad_enabled():
            return made
        return made.replace(x=self.pool_b(made.x))  # D moves alone

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        losses = super().losses(players, batch, step)  # from A to B, with all penalties
        a, b, by_player = batch.tensor("a"), batch.tensor("x"), dict(losses.by_player)
        with torch.set_grad_enabled("g" in players):
            fake_a = self.generator_a(b)
        if "d" in players:
            shown = self.score_a(self.pool_a(fake_a.detach()))
            by_player["d"] = by_player["d"] + self.d_loss(self.score_a(a), shown)
        if "g" in players:
            real = self.score_a(a) if self.loss.g_needs_real else None
            back = self.generator_a(losses.fake.batch.x)
            cycle = l1_loss(back, a) + l1_loss(self.generator(fake_a), b)
            g_loss = self.g_loss(real, self.score_a(fake_a)) + self.weight * cycle
            by_player["g"] = by_player["g"] + g_loss
        return Losses(by_player, losses.real, losses.fake)

    def score_a(self, x: Tensor) -> Scores:
        return self.scores(self.discriminator_a(x), Batch(x=x))

    def prepare(self, data: Data) -> None:
        super().prepare(data)
        a = data.cond["a"][torch.arange(len(self.examples)) % len(data)]  # uint8
        self.examples.copy_(self.spec.low + (self.spec.high - self.spec.low) * a / 255)

    def noise(self, n: int, *given: Any, **options: Any) -> Batch:
        """Examples of A in place of noise, which samples are translations of."""
        rows = torch.arange(n, device=self.examples.device) % len(self.examples)
        return super().noise(n, *given, **options).replace(cond={"a": self.examples[rows]})

    def sampling_state(self) -> dict[str, Tensor]:
        return {**super().sampling_state(), "examples": self.examples}


@register("dataset", "stripes")
class Stripes(Dataset):
    """Horizontal stripes as domain A, vertical ones as domain B: uint8 (1, 8, 8)."""

    splits = ("train",)

    def load(self, root: Path, split: str) -> Data:
        noise = torch.Generator().manual_seed(0)
        lines = torch.randint(256, (2, 256, 1, 8, 1), generator=noise, dtype=torch.uint8)
        a, b = lines.expand(2, 256, 1, 8, 8).clone()
        return Data(b.mT.contiguous(), cond={"a": a})


register("recipe", "cyclegan")(
    Recipe(
        name="cyclegan",
        summary="Two generators translate between two domains, without pairs",
        paper="arXiv:1703.10593",
        generator=Part("translator"),
        discriminator=Part("patches"),
        networks={"generator_a": Part("translator"), "discriminator_a": Part("patches")},
        loss=Part("least-squares"),
        game=Part("cycle"),
        prior=Part("normal", {"dim": 1}),  # nothing is drawn from it
        dataset=Part("stripes"),
        optimizer={player: Part("adam", {"lr": 2e-4}) for player in ("d", "g")},
        steps=1000,
        batch_size=1,
        ema=0.99,
    )
)
