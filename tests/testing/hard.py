"""GANs that are hard to get right, and are right: the suite must find no fault in them.

Labels, packing, an encoder, latent codes, energies with a moving balance, relativistic scores, lazy
double backpropagation, weight clipping, terms of weights alone, a penalty on G, an adaptive
augmentation, scores of patches, a statistic over the batch, first weights of zero, float data of
another shape, and components that refuse most data.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, relu, softplus

from ganzoo import (
    Augmentation,
    Batch,
    Data,
    Dataset,
    Discriminator,
    Game,
    Generator,
    Loss,
    Losses,
    Network,
    NoisePrior,
    Part,
    Penalty,
    Recipe,
    Role,
    Schedule,
    Scores,
    Spec,
    UsageError,
    hookimpl,
)


def squashed(a: Tensor, spec: Spec) -> Tensor:
    return spec.low + (spec.high - spec.low) * a.sigmoid() if spec.bounded else a


# -- networks --------------------------------------------------------------------------------------


class ConvGenerator(Generator):
    """Transposed convolutions, for images whose sides 4 divides."""

    def __init__(self, spec: Spec, width: int = 8) -> None:
        super().__init__(spec)
        channels, height, across = spec.shape  # a ValueError for vectors refuses them as well
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


class LabelGenerator(Generator):
    """Takes a label beside z, and starts from the mean of the data."""

    takes = ("y",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.embedding = nn.Embedding(max(spec.classes, 1), 4)
        self.body = nn.Linear(spec.z_dim + 4, spec.size)
        self.start = nn.Parameter(torch.zeros(spec.size))

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        a = self.body(torch.cat((z, self.embedding(y)), 1)) + self.start
        return squashed(a, self.spec).reshape(-1, *self.spec.shape)

    @torch.no_grad()
    def prepare(self, data: Data) -> None:
        self.start.copy_(data.mean(self.spec).flatten())


class Projection(Discriminator):
    """Adds the inner product of the features and the label's vector (arXiv:1802.05637)."""

    takes = ("y",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.ReLU())
        self.last = nn.Linear(6, 1)
        self.embedding = nn.Embedding(max(spec.classes, 1), 6)
        self.apply_spectral_norm()

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        h = self.body(x)
        return self.last(h).squeeze(1) + (h * self.embedding(y)).sum(1)


class BatchStatistic(Discriminator):
    """Shows the spread of the batch to its last layer, whose first weights are 0."""

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


class Patches(Discriminator):
    """A score for each patch of an image, (N, 1, H/4, W/4) (arXiv:1611.07004, section 3.2.2)."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        if not spec.image:
            raise UsageError("patches scores images.")
        self.body = nn.Sequential(
            nn.Conv2d(spec.shape[0], 4, 4, 2, 1), nn.LeakyReLU(0.2), nn.Conv2d(4, 1, 4, 2, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Heads(Discriminator):
    """Scores, and beside them logits for the classes and for the bits of a code."""

    gives = ("class", "bits")

    def __init__(self, spec: Spec, bits: int = 3) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.Tanh())
        self.score, self.bits = nn.Linear(6, 1), nn.Linear(6, bits)
        self.classes = nn.Linear(6, max(spec.classes, 1))

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        h = self.body(x)
        return self.score(h).squeeze(1), {"class": self.classes(h), "bits": self.bits(h)}


class AutoEncoder(Discriminator):
    """The energy of a sample is the error of its reconstruction, negated (arXiv:1609.03126)."""

    gives = ("again",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, 6), nn.Linear(6, spec.size))

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        again = self.body(x)
        return -(again - x.flatten(1)).square().mean(1), {"again": again}


class Pairs(Discriminator):
    """Scores x together with z."""

    takes = ("z",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Linear(spec.size + spec.z_dim, 8)
        self.last = nn.Linear(8, 1)

    def forward(self, x: Tensor, z: Tensor) -> Tensor:
        return self.last(torch.tanh(self.body(torch.cat((x.flatten(1), z), 1)))).squeeze(1)


class Encoder(Network):
    """From x to z."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(spec.size, spec.z_dim))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


# -- rules of play, noise, augmentations -----------------------------------------------------------


class Bidirectional(Game):
    """BiGAN: an encoder plays on the generator's side (arXiv:1605.09782)."""

    def roles(self) -> dict[str, Role]:
        encoder = Role("network", self.g_spec(), Part("encoder"), averaged=True)
        return {**super().roles(), "encoder": encoder}

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator"], "g": ["generator", "encoder"]}

    def real(self, batch: Batch) -> Batch:
        return batch.replace(z=self.encoder(batch.x))

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is not None
        return softplus(-fake.score).mean() + softplus(real.score).mean()

    def built(self) -> None:
        self.loss.g_needs_real = True


class EncoderFirst(Game):
    """An encoder of G's noise is trained first, without G and D, and then G and D without it."""

    def __init__(self, *given: object, first: int = 40, **options: object) -> None:
        super().__init__(*given, **options)
        self.first = first

    def roles(self) -> dict[str, Role]:
        return {**super().roles(), "encoder": Role("network", self.g_spec(), Part("encoder"))}

    def players(self) -> dict[str, list[str]]:
        return {**super().players(), "e": ["encoder"]}

    def updates(self, step: int) -> list[tuple[str, ...]]:
        return [("e",)] if step <= self.first else [("d",), ("g",)]

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        if players != ("e",):
            return super().losses(players, batch, step)
        noise = self.prior.draw(len(batch), device=batch.x.device)
        distance = (self.encoder(self.generate(noise).x) - noise.z).square().mean()
        return Losses({"e": distance})

    def check(self, game: Game) -> None:
        super().check(game)
        if any(penalty.player == "e" for penalty in self.penalties):
            raise UsageError("The game encoder-first adds no penalties of the player e.")


class OnlyScores(Game):
    """Computes all losses by itself, adds no penalties, and refuses them."""

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        real, fake = (self.score(each) for each in self.samples(players, batch))
        losses = {"d": self.d_loss, "g": self.g_loss}
        by_player = {player: losses[player](real, fake) for player in players}
        return Losses(by_player, real, fake)

    def check(self, game: Game) -> None:
        super().check(game)
        if len(self.penalties):
            raise UsageError("The game only-scores adds no penalties: leave them out.")


class Codes(NoisePrior):
    """Noise with binary codes at its end (InfoGAN, arXiv:1606.03657)."""

    def __init__(self, dim: int = 6, bits: int = 3) -> None:
        super().__init__()
        self.bits, self.dim, self.codes = bits, dim + bits, {"bits": bits}

    def draw(self, n, *, device, generator=None) -> Batch:
        z = torch.randn(n, self.dim - self.bits, device=device, generator=generator)
        code = torch.empty(n, self.bits, device=device).bernoulli_(0.5, generator=generator)
        return Batch(z=torch.cat((z, code), 1), code={"bits": code})

    def give(self, noise: Batch, name: str, value: float) -> Batch:
        code = torch.full_like(noise.code["bits"], value)
        return noise.replace(z=torch.cat((noise.z[:, : -self.bits], code), 1), code={"bits": code})


class Packing(Augmentation):
    """PacGAN: several images are scored as one (arXiv:1712.04086)."""

    def __init__(self, pack: int = 2) -> None:
        super().__init__()
        self.pack = self.joins = pack

    def d_spec(self, spec: Spec) -> Spec:
        if not spec.image:
            raise UsageError("packing joins the channels of images.")
        channels, *rest = spec.shape
        return spec.replace(shape=(channels * self.pack, *rest))

    def forward(self, batch: Batch) -> Batch:
        return Batch(x=batch.x.reshape(-1, self.pack * batch.x.shape[1], *batch.x.shape[2:]))


class Adaptive(Augmentation):
    """Noise on a share p of the samples; p follows D's overfitting (arXiv:2006.06676)."""

    p: Tensor

    def __init__(self, target: float = 0.6, rate: float = 0.1) -> None:
        super().__init__()
        self.target, self.rate = target, rate
        self.register_buffer("p", torch.zeros(()))

    def forward(self, batch: Batch) -> Batch:
        shape = (len(batch.x), *[1] * (batch.x.dim() - 1))
        chosen = torch.rand(shape, device=batch.x.device) < self.p
        return batch.replace(x=batch.x + 0.1 * chosen * torch.randn_like(batch.x))

    def updated(self, real: Scores, fake: Scores) -> None:
        self.p.add_(self.rate * (real.score.sign().mean() - self.target).sign()).clamp_(0, 1)

    def report(self) -> dict[str, Tensor]:
        return {"ada_p": self.p}


# -- losses and penalties --------------------------------------------------------------------------


class ClassTerm(Loss):
    """Both players want samples to be classified as their label; a term (arXiv:1610.09585)."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return cross_entropy(real.aux["class"], real.batch.y)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return cross_entropy(fake.aux["class"], fake.batch.y)


class Information(Loss):
    """The cross-entropy of a code and D's guess at it; a term of both players."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.generator(real, fake)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return binary_cross_entropy_with_logits(fake.aux["bits"], fake.batch.code["bits"])


class Orthogonal(Loss):
    """|W W^T - 1|^2 over D's matrices: a term of weights alone (arXiv:1609.07093)."""

    def check(self, game: Game) -> None:
        self.networks = (game.discriminator,)

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return orthogonality(self.networks[0])

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return fake.score.new_zeros(())


class LeCam(Loss):
    """Scores stay near moving averages of the others: a term for D alone (arXiv:2104.03310)."""

    means: Tensor

    def __init__(self, weight: float = 0.3) -> None:
        super().__init__()
        self.weight = weight
        self.register_buffer("means", torch.zeros(2))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        pairs = (real.score - self.means[1], fake.score - self.means[0])
        return self.weight * sum(gap.square().mean() for gap in pairs)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return fake.score.new_zeros(())

    def updated(self, real: Scores, fake: Scores) -> None:
        self.means.lerp_(torch.stack([real.score.mean(), fake.score.mean()]), 0.1)


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
    """The hinge loss, or Wasserstein's."""

    def __init__(self, kind: Literal["hinge", "wasserstein"] = "hinge") -> None:
        super().__init__()
        self.kind = kind

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        if self.kind == "hinge":
            margin = torch.tensor(1.0)  # a single number goes with tensors of any device
            return relu(margin - real.score).mean() + relu(margin + fake.score).mean()
        return fake.score.mean() - real.score.mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()


def orthogonality(network: nn.Module) -> Tensor:
    matrices = [weight for weight in network.parameters() if weight.dim() == 2]
    gaps = [m @ m.T - torch.eye(len(m), device=m.device, dtype=m.dtype) for m in matrices]
    return sum(gap.square().mean() for gap in gaps)


class OrthogonalPenalty(Penalty):
    """The same as a penalty on G."""

    player = "g"

    def forward(self, game: Game, real: Scores | None, fake: Scores) -> Tensor:
        return orthogonality(game.generator)


class GradientPenalty(Penalty):
    """The gradient between real and fake samples has a norm of 1 (arXiv:1704.00028)."""

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        a, b = real.batch.x.detach(), fake.batch.x.detach()
        share = torch.rand(len(a), *[1] * (a.dim() - 1), device=a.device)
        x = torch.lerp(a, b, share).requires_grad_()
        slope = self.gradient(game.score(real.batch.replace(x=x)).score, x)
        return 10 * (slope.norm(2, 1) - 1).square().mean()


class LazyR1(Penalty):
    """The squared gradient at real samples (arXiv:1801.04406), every few steps."""

    needs_gradient = True

    def __init__(self, gamma: float = 1.0, interval: int = 4) -> None:
        super().__init__()
        self.gamma, self.interval = gamma, interval

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        return self.gamma / 2 * self.gradient(real.score, real.batch.x).square().sum(1).mean()


class Clip(Penalty):
    """Every weight of D stays within bounds (arXiv:1701.07875)."""

    def __init__(self, reach: float = 0.01) -> None:
        super().__init__()
        self.reach = reach

    def project(self, network: nn.Module) -> None:
        for weight in network.parameters():
            weight.clamp_(-self.reach, self.reach)


# -- data, optimizers, schedules -------------------------------------------------------------------


class Waves(Dataset):
    """Sines of random phase, float (1, 64), without labels."""

    def load(self, root, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"there is no split {split!r}.")
        dice = torch.Generator().manual_seed(self.splits.index(split))
        phase = 6.28 * torch.rand(80, 1, 1, generator=dice)
        return Data((torch.linspace(0, 12.56, 64) + phase).sin())


class SignDescent(torch.optim.Optimizer):
    """Every weight moves by the same amount, against its gradient. Its rate has no default, and
    rises from 0 with the number of the step, which is a number and no tensor."""

    def __init__(self, parameters, lr: float, warm_up: int = 3) -> None:
        super().__init__(parameters, {"lr": lr, "warm_up": warm_up, "steps": 0})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            rate = group["lr"] * min(1.0, group["steps"] / group["warm_up"])
            group["steps"] += 1
            for weight in group["params"]:
                if weight.grad is not None:
                    weight.add_(weight.grad.sign(), alpha=-rate)


class Triangle(Schedule):
    """Up and down between two numbers, again and again."""

    def __init__(self, start: float, end: float = 0.0, period: int = 10) -> None:
        self.start, self.end, self.period = start, end, period

    def value(self, step: int) -> float:
        place = step % self.period / self.period
        return self.start + (self.end - self.start) * (1 - abs(2 * place - 1))


def recipe(name: str, **changes: object) -> Recipe:
    stand_in = "ganzoo-testing:stand-in"
    base = Recipe(
        name=name,
        summary="Hard, and right",
        generator=Part(stand_in),
        discriminator=Part(stand_in),
        loss=Part(stand_in),
        prior=Part(stand_in),
        dataset=Part(stand_in, {"shape": (1, 8, 8), "classes": 3}),
        optimizer={"d": Part("adam"), "g": Part("adam")},
        steps=100,
        ema=0.9,
    )
    return base.replace(**changes)


RECIPES = [
    recipe("projection", generator=Part("label"), discriminator=Part("projection")),
    recipe("acgan", discriminator=Part("heads"), extra_losses=(Part("class-term"),)),
    recipe("pacgan", augmentations=(Part("packing", {"pack": 4}), Part("adaptive"))),
    recipe("bigan", game=Part("bidirectional"), discriminator=Part("pairs")),
    recipe(
        "infogan",
        prior=Part("codes"),
        discriminator=Part("heads"),
        extra_losses=(Part("information"), Part("orthogonal")),
    ),
    recipe("began", discriminator=Part("autoencoder"), loss=Part("balance")),
    recipe(
        "relativistic",
        loss=Part("relativistic"),
        penalties=(Part("lazy-r1", {"interval": 2}), Part("orthogonal-penalty")),
        discriminator=Part("batch-statistic"),
    ),
    recipe(
        "wasserstein",
        loss=Part("hinge", {"kind": "wasserstein"}),
        extra_losses=(Part("lecam"),),
        penalties=(Part("gradient-penalty"), Part("clip")),
        game=Part("standard", {"d_updates": 3}),
    ),
    recipe(
        "encoder-first",
        game=Part("encoder-first"),
        discriminator=Part("projection"),
        optimizer={player: Part("adam") for player in ("d", "g", "e")},
    ),
    recipe(
        "patchgan",
        generator=Part("conv"),
        discriminator=Part("patches"),
        game=Part("standard", {"simultaneous": True}),
    ),
    recipe(
        "waves",
        dataset=Part("waves"),
        optimizer={
            "d": Part("sign-descent", {"lr": {"schedule": "triangle", "start": 1e-3}}),
            "g": Part("adam", {"accumulate": 2}),
        },
    ),
]
COMPONENTS = {
    "generator": {"conv": ConvGenerator, "label": LabelGenerator},
    "discriminator": {
        "projection": Projection,
        "batch-statistic": BatchStatistic,
        "patches": Patches,
        "heads": Heads,
        "autoencoder": AutoEncoder,
        "pairs": Pairs,
    },
    "network": {"encoder": Encoder},
    "loss": {
        "class-term": ClassTerm,
        "information": Information,
        "orthogonal": Orthogonal,
        "lecam": LeCam,
        "balance": Balance,
        "relativistic": Relativistic,
        "hinge": Hinge,
    },
    "penalty": {
        "gradient-penalty": GradientPenalty,
        "lazy-r1": LazyR1,
        "clip": Clip,
        "orthogonal-penalty": OrthogonalPenalty,
    },
    "augmentation": {"packing": Packing, "adaptive": Adaptive},
    "prior": {"codes": Codes},
    "game": {
        "bidirectional": Bidirectional,
        "encoder-first": EncoderFirst,
        "only-scores": OnlyScores,
    },
    "optimizer": {"sign-descent": SignDescent},
    "schedule": {"triangle": Triangle},
    "dataset": {"waves": Waves},
}


class HardPlugin:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        for kind, named in COMPONENTS.items():
            for name, component in named.items():
                registry.add(kind, name, component)
        for each in RECIPES:
            registry.recipe(each)
