"""Animals that are hard to get right, gotten right: the suite must have nothing to say of them.

Conditional networks, packed samples, a third network, latent codes, energies and a moving balance,
relativistic scores, lazy double backpropagation, weight clipping, spectral norm, a statistic over
the batch, first weights of zero, networks for images alone, and features that only a loss reads.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, relu, softplus

from ganzoo import (
    Adam,
    Batch,
    Data,
    Discriminator,
    Game,
    Generator,
    Loss,
    NoisePrior,
    Part,
    Penalty,
    Recipe,
    Scores,
    Spec,
    UsageError,
    hookimpl,
)


def squashed(a: Tensor, spec: Spec) -> Tensor:
    return spec.low + (spec.high - spec.low) * a.sigmoid() if spec.bounded else a


class ConvGenerator(Generator):
    """Transposed convolutions, for images whose sides 4 divides."""

    def __init__(self, spec: Spec, width: int = 8) -> None:
        super().__init__(spec)
        if not spec.image or spec.shape[1] % 4 or spec.shape[2] % 4:
            raise UsageError(f"conv needs images whose sides 4 divides, not {spec.shape}.")
        channels, height, across = spec.shape
        self.start = (width, height // 4, across // 4)
        self.first = nn.Linear(spec.z_dim, width * height * across // 16)
        self.body = nn.Sequential(
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.ConvTranspose2d(width, width, 4, 2, 1),
            nn.ReLU(),
            nn.ConvTranspose2d(width, channels, 4, 2, 1),
        )

    def forward(self, z: Tensor) -> Tensor:
        return squashed(self.body(self.first(z).unflatten(1, self.start)), self.spec)


class SpectralDiscriminator(Discriminator):
    """Spectral norm, whose vectors move in training; and dropout."""

    def __init__(self, spec: Spec, width: int = 8) -> None:
        super().__init__(spec)
        norm = nn.utils.parametrizations.spectral_norm
        self.body = nn.Sequential(
            nn.Flatten(),
            norm(nn.Linear(spec.size, width)),
            nn.LeakyReLU(0.2),
            norm(nn.Linear(width, 1)),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x).flatten()


class BatchStatistic(Discriminator):
    """Tells the spread of the batch to its last layer, whose first weights are 0."""

    joint_batch = False

    def __init__(self, spec: Spec, width: int = 8, dropout: float = 0.3) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(
            nn.Flatten(), nn.Linear(spec.size, width), nn.SiLU(), nn.Dropout(dropout)
        )
        self.last = nn.Linear(width + 1, 1)
        nn.init.zeros_(self.last.weight)

    def forward(self, x: Tensor) -> Tensor:
        h = self.body(x)
        spread = h.std(0, unbiased=False).mean().expand(len(h), 1)
        return self.last(torch.cat((h, spread), 1)).squeeze(1)


# -- labels ----------------------------------------------------------------------------------------


class LabelGame(Game):
    """Both players are told the label."""

    conditional = True

    def __init__(
        self, spec: Spec, prior: NoisePrior, loss=None, penalties=(), *, d_updates: int = 1
    ):
        if not spec.classes:
            raise UsageError("conditional needs labelled data.")
        super().__init__(spec, prior, loss, penalties, d_updates=d_updates)

    def generate(self, noise: Batch) -> Batch:
        return noise.replace(x=self.generator(noise.z, noise.y))

    def score(self, batch: Batch) -> Scores:
        return self.scores(self.discriminator(batch.x, batch.y), batch)


class LabelGenerator(Generator):
    """Takes a label beside z."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.embedding = nn.Embedding(spec.classes, 4)
        self.body = nn.Linear(spec.z_dim + 4, spec.size)

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        a = self.body(torch.cat((z, self.embedding(y)), 1))
        return squashed(a, self.spec).reshape(-1, *self.spec.shape)


class ProjectionDiscriminator(Discriminator):
    """Adds the inner product of the features and the label's vector (arXiv:1802.05637)."""

    def __init__(self, spec: Spec, conditional: bool = False) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.ReLU())
        self.last = nn.Linear(6, 1)
        self.embedding = nn.Embedding(spec.classes, 6) if conditional else None

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        h = self.body(x)
        score = self.last(h).squeeze(1)
        if self.embedding is None:
            if y is not None:
                raise TypeError("it was made without labels")
            return score
        return score + (h * self.embedding(y)).sum(1)


class AuxiliaryClassifier(Discriminator):
    """Scores, and logits for the classes beside them (arXiv:1610.09585)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        if not spec.classes:
            raise UsageError("acgan needs labelled data.")
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.ReLU())
        self.score, self.classes = nn.Linear(6, 1), nn.Linear(6, spec.classes)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        h = self.body(x)
        return self.score(h).squeeze(1), {"class": self.classes(h)}


class ClassTerm(Loss):
    """Both players want samples to be classified as their label; meant to be added."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return cross_entropy(real.aux["class"], real.batch.y)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return cross_entropy(fake.aux["class"], fake.batch.y)


# -- packs, encoders, codes ------------------------------------------------------------------------


class Packed(Game):
    """PacGAN: several samples are judged as one (arXiv:1712.04086)."""

    def __init__(self, spec: Spec, prior: NoisePrior, loss=None, penalties=(), *, pack: int = 2):
        super().__init__(spec, prior, loss, penalties)
        if not spec.image:
            raise UsageError("packed needs images, whose channels it joins.")
        self.pack = pack

    def d_spec(self) -> Spec:
        channels, *rest = self.spec.shape
        return super().d_spec().replace(shape=(channels * self.pack, *rest))

    def view(self, batch: Batch) -> Batch:
        n, channels, height, width = batch.x.shape
        packed = batch.x.reshape(n // self.pack, self.pack * channels, height, width)
        return Batch(x=packed)


class Bidirectional(Game):
    """BiGAN: an encoder plays on the generator's side (arXiv:1605.09782)."""

    def __init__(self, spec: Spec, prior: NoisePrior, loss=None, penalties=()) -> None:
        super().__init__(spec, prior, loss, penalties)
        self.encoder = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, prior.dim))

    def players(self) -> dict[str, nn.Module]:
        return {"d": self.discriminator, "g": nn.ModuleList([self.generator, self.encoder])}

    def real(self, batch: Batch) -> Batch:
        return batch.replace(z=self.encoder(batch.x))

    def reads(self, players: tuple[str, ...]) -> bool:
        return True

    def losses(self, players, batch, step):
        self.loss.g_needs_real = True
        return super().losses(players, batch, step)

    def score(self, batch: Batch) -> Scores:
        return self.scores(self.discriminator(batch.x, batch.z), batch)


class PairDiscriminator(Discriminator):
    """Judges x together with z."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Linear(spec.size + spec.z_dim, 8)
        self.last = nn.Linear(8, 1)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return self.last(torch.tanh(self.body(torch.cat((x.flatten(1), z), 1)))).squeeze(1)


class CodePrior(NoisePrior):
    """Noise with a binary code at its end, which is also told (InfoGAN, arXiv:1606.03657)."""

    def __init__(self, dim: int = 6, bits: int = 3) -> None:
        super().__init__()
        self.noise, self.bits, self.dim = dim, bits, dim + bits

    def draw(self, n, *, device, generator=None) -> Batch:
        z = torch.randn(n, self.noise, device=device, generator=generator)
        code = torch.empty(n, self.bits, device=device).bernoulli_(0.5, generator=generator)
        return Batch(z=torch.cat((z, code), 1), code={"bits": code})


class CodeDiscriminator(Discriminator):
    """Scores, and a guess at the code."""

    def __init__(self, spec: Spec, bits: int = 3) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.Tanh())
        self.score, self.code = nn.Linear(6, 1), nn.Linear(6, bits)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        h = self.body(x)
        return self.score(h).squeeze(1), {"bits": self.code(h)}


class Information(Loss):
    """How well the code can be guessed; meant to be added."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.generator(real, fake)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return binary_cross_entropy_with_logits(fake.aux["bits"], fake.batch.code["bits"])


# -- losses and penalties --------------------------------------------------------------------------


class AutoEncoder(Discriminator):
    """The energy of a sample is its reconstruction's error, negated (EBGAN, arXiv:1609.03126)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.Linear(6, spec.size))

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        again = self.body(x)
        return -(again - x.flatten(1)).square().mean(1), {"again": again}


class Balance(Loss):
    """BEGAN: k keeps the energies of real and fake samples in proportion (arXiv:1703.10717)."""

    k: Tensor

    def __init__(self, gamma: float = 0.5, rate: float = 0.01) -> None:
        super().__init__()
        self.gamma, self.rate = gamma, rate
        self.register_buffer("k", torch.zeros(()))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.k * fake.score.mean() - real.score.mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def updated(self, real: Scores, fake: Scores) -> None:
        balance = fake.score.mean() - self.gamma * real.score.mean()
        self.k.add_(self.rate * balance).clamp_(0, 1)


class Relativistic(Loss):
    """Scores are read in pairs (arXiv:1807.00734)."""

    g_needs_real = True

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(fake.score - real.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is not None
        return softplus(real.score - fake.score).mean()


class Hinge(Loss):
    """The hinge loss, or its Wasserstein cousin."""

    def __init__(self, kind: Literal["hinge", "wasserstein"] = "hinge") -> None:
        super().__init__()
        self.kind = kind

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        if self.kind == "hinge":
            return relu(1 - real.score).mean() + relu(1 + fake.score).mean()
        return fake.score.mean() - real.score.mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()


class GradientPenalty(Penalty):
    """The gradient between real and fake samples has a norm of 1 (arXiv:1704.00028)."""

    def __init__(self, gamma: float = 10.0) -> None:
        super().__init__()
        self.gamma = gamma

    def forward(self, game, real: Scores, fake: Scores) -> Tensor:
        a = real.batch.x.detach()
        b = fake.batch.x.detach().to(a.dtype)  # which autocast may have made of less precision
        share = torch.rand(len(a), *[1] * (a.dim() - 1), device=a.device)
        x = torch.lerp(a, b, share).requires_grad_()
        score = game.score(real.batch.replace(x=x)).score
        (slope,) = torch.autograd.grad(score.sum(), x, create_graph=True)
        return self.gamma * (slope.flatten(1).norm(2, 1) - 1).square().mean()


class R1(Penalty):
    """The squared gradient at real samples (arXiv:1801.04406), every few steps."""

    needs_gradient = True

    def __init__(self, gamma: float = 1.0, interval: int = 4) -> None:
        super().__init__()
        self.gamma, self.interval = gamma, interval

    def forward(self, game, real: Scores, fake: Scores) -> Tensor:
        (slope,) = torch.autograd.grad(real.score.sum(), real.batch.x, create_graph=True)
        return self.gamma / 2 * slope.square().flatten(1).sum(1).mean()


class Clip(Penalty):
    """Every weight of D stays within bounds (arXiv:1701.07875)."""

    def __init__(self, reach: float = 0.01) -> None:
        super().__init__()
        self.reach = reach

    def project(self, network: nn.Module) -> None:
        for weight in network.parameters():
            weight.clamp_(-self.reach, self.reach)


class Starts(Generator):
    """Starts from the mean of the data, and holds an encoder that only its game uses."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Linear(spec.z_dim, spec.size)
        self.start = nn.Parameter(torch.zeros(spec.size))

    def forward(self, z: Tensor) -> Tensor:
        return squashed(self.body(z) + self.start, self.spec).reshape(-1, *self.spec.shape)

    @torch.no_grad()
    def prepare(self, data: Data) -> None:
        self.start.copy_(data.mean(self.spec).flatten())


def recipe(name: str, **changes) -> Recipe:
    base = Recipe(
        name=name,
        summary="Hard, and right",
        generator=Part("ganzoo-testing:stand-in"),
        discriminator=Part("ganzoo-testing:stand-in"),
        loss=Part("ganzoo-testing:stand-in"),
        prior=Part("ganzoo-testing:stand-in"),
        dataset=Part("ganzoo-testing:stand-in", {"shape": (1, 8, 8), "classes": 3}),
        optimizer={"d": Adam(), "g": Adam()},
        steps=100,
        ema=0.9,
    )
    return base.replace(**changes)


RECIPES = [
    recipe(
        "conditional",
        generator=Part("label"),
        discriminator=Part("projection", {"conditional": True}),
        game=Part("label"),
    ),
    recipe("acgan", discriminator=Part("classes"), extra_losses=(Part("class-term"),)),
    recipe("pacgan", game=Part("packed"), discriminator=Part("spectral")),
    recipe(
        "bigan", game=Part("bidirectional"), discriminator=Part("pair"), generator=Part("starts")
    ),
    recipe(
        "infogan",
        prior=Part("code"),
        discriminator=Part("code"),
        extra_losses=(Part("information"),),
        generator=Part("starts"),
    ),
    recipe("began", discriminator=Part("autoencoder"), loss=Part("balance")),
    recipe(
        "relativistic",
        loss=Part("relativistic"),
        penalties=(Part("r1", {"interval": 2}),),
        discriminator=Part("batch-statistic"),
    ),
    recipe(
        "wasserstein",
        loss=Part("hinge", {"kind": "wasserstein"}),
        penalties=(Part("gradient-penalty"), Part("clip")),
        game=Part("standard", {"d_updates": 3}),
    ),
    recipe(
        "conv",
        generator=Part("conv"),
        discriminator=Part("spectral"),
        game=Part("standard", {"simultaneous": True}),
    ),
]


class HardPlugin:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        components = {
            "generator": {"conv": ConvGenerator, "label": LabelGenerator, "starts": Starts},
            "discriminator": {
                "spectral": SpectralDiscriminator,
                "batch-statistic": BatchStatistic,
                "projection": ProjectionDiscriminator,
                "classes": AuxiliaryClassifier,
                "pair": PairDiscriminator,
                "code": CodeDiscriminator,
                "autoencoder": AutoEncoder,
            },
            "loss": {
                "class-term": ClassTerm,
                "information": Information,
                "balance": Balance,
                "relativistic": Relativistic,
                "hinge": Hinge,
            },
            "penalty": {"gradient-penalty": GradientPenalty, "r1": R1, "clip": Clip},
            "prior": {"code": CodePrior},
            "game": {"label": LabelGame, "packed": Packed, "bidirectional": Bidirectional},
        }
        for kind, named in components.items():
            for name, component in named.items():
                registry.add(kind, name, component)
        for each in RECIPES:
            registry.recipe(each)
