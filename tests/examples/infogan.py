"""InfoGAN (arXiv:1606.03657): codes in the noise that can be read off the samples.

    ganzoo train infogan:infogan --plugin infogan.py

and then, in Python, ``ganzoo.load(run, plugins=["infogan.py"]).sample(given={"category": 3})``.
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy, one_hot

from ganzoo import (
    Batch,
    Count,
    Discriminator,
    Game,
    Loss,
    NoisePrior,
    Part,
    Recipe,
    Scores,
    Spec,
    UsageError,
    Weight,
    register,
)


@register("prior", "category-and-slope")
class CategoryAndSlope(NoisePrior):
    """z = (noise, a category as ones and zeros, a slope in [-1, 1]), section 5 of the paper.

    Args:
        noise: how many numbers of z mean nothing.
        categories: how many there are, equally likely.
    """

    def __init__(self, noise: Count = 4, categories: Count = 8) -> None:
        super().__init__()
        self.noise, self.categories = noise, categories
        self.dim = noise + categories + 1
        self.codes: Mapping[str, int] = {"category": categories, "slope": 1}

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        noise = torch.randn(n, self.noise, device=device, generator=generator)
        category = torch.randint(self.categories, (n,), device=device, generator=generator)
        slope = torch.rand(n, 1, device=device, generator=generator) * 2 - 1
        return self._batch(noise, category, slope)

    def give(self, noise: Batch, name: str, value: float) -> Batch:
        if name not in self.codes:
            return super().give(noise, name, value)
        category, slope = noise.code["category"], noise.code["slope"]
        if name == "slope":
            slope = torch.full_like(slope, value)
        elif int(value) == value and 0 <= value < self.categories:
            category = torch.full_like(category, int(value))
        else:
            raise UsageError(f"Categories run from 0 to {self.categories - 1}; there is no {value}")
        return self._batch(noise.z[:, : self.noise], category, slope).replace(y=noise.y)

    def _batch(self, noise: Tensor, category: Tensor, slope: Tensor) -> Batch:
        ones = one_hot(category, self.categories).to(noise)
        z = torch.cat((noise, ones, slope), 1)  # (N, noise + categories + 1)
        return Batch(z=z, code={"category": category, "slope": slope})


@register("discriminator", "reads-codes")
class ReadsCodes(Discriminator):
    """D, and on the same hidden layer Q, which says the codes: (N, *spec.shape) -> (N,), with
    logits of the category (N, categories) and the mean of the slope (N, 1)."""

    gives = ("category", "slope")

    def __init__(self, spec: Spec, width: Count = 64, categories: Count = 8) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, width), nn.LeakyReLU(0.2))
        self.last = nn.Linear(width, 1)
        self.category, self.slope = nn.Linear(width, categories), nn.Linear(width, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        h = self.body(x)  # (N, width)
        codes = {"category": self.category(h), "slope": self.slope(h)}
        return self.last(h).squeeze(1), codes


@register("loss", "mutual-information")
class MutualInformation(Loss):
    """-weight * L_I, the bound on the mutual information of codes and samples (equation 5), less
    the entropy of the codes, which is constant: Q says a category, and a slope with variance 1.
    Both players minimise it. Add it to another loss."""

    def __init__(self, weight: Weight = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def check(self, game: Game) -> None:
        game.require_outputs(
            "The loss 'mutual-information'", game.prior.codes, "--discriminator reads-codes"
        )

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        code = fake.batch.code
        slope = (fake.aux["slope"] - code["slope"]).square().mean() / 2
        return self.weight * (cross_entropy(fake.aux["category"], code["category"]) + slope)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return self.discriminator(fake, fake)


register("recipe", "infogan")(
    Recipe(
        name="infogan",
        summary="A category and a slope that G learns to express and Q to read",
        paper="arXiv:1606.03657",
        generator=Part("mlp", {"hidden": (64, 64)}),
        discriminator=Part("reads-codes"),
        loss=Part("non-saturating"),
        extra_losses=(Part("mutual-information"),),
        prior=Part("category-and-slope"),
        dataset=Part("ring-8"),
        optimizer={"d": Part("adam", {"lr": 2e-4}), "g": Part("adam", {"lr": 1e-3})},
        steps=3000,
        ema=0.99,
    )
)
