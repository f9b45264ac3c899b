"""Games with an encoder beside the generator: BiGAN and VEEGAN, in which D sees x with z, AAE, in
which D sees z alone, and VAE-GAN, in which D sees x alone."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ganzoo import (
    Batch,
    Game,
    Loss,
    Losses,
    Part,
    Role,
    Scores,
    Spec,
    UsageError,
    Weight,
)


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


class Paired(WithEncoder):
    """D sees each x with a z: a real x with E(x), and a fake G(z) with its z. The numbers of x and
    of z are joined to one vector, so any D for vectors can be used."""

    def d_spec(self) -> Spec:
        spec = super().d_spec()
        return spec.replace(shape=(spec.size + self.prior.dim,))

    def real(self, batch: Batch) -> Batch:
        return batch.replace(z=self.encode(batch).z)

    def d_input(self, batch: Batch) -> Tensor:
        x, z = super().d_input(batch), batch.tensor("z")
        return torch.cat((x.flatten(1), z.to(x.dtype)), 1)  # (N, spec.size + z_dim)


class BiGAN(Paired):
    """D tells pairs (x, E(x)) of real samples from pairs (G(z), z) of fakes, and G and E together
    fool it (arXiv:1605.09782, equation 2). Where they succeed, E inverts G (theorem 2).

    G and E minimise the loss of G with the roles of the pairs exchanged: -log D(G(z), z) and
    -log(1 - D(x, E(x))) with the loss of the GAN paper, which do not saturate (section 3.4). For
    other losses, the second term is the loss of G for minus the scores of real pairs. A loss of D
    that changes when real and fake scores are exchanged and their signs turned, such as
    least-squares, is refused.

    Args:
        cycle: factor of half the squared distance of x from its reconstruction G(E(x)), which G and
            E minimise, too (ALICE, arXiv:1709.01215, section 3.1); 0 for BiGAN.
    """

    g_needs_real = True

    def __init__(self, *given: Any, cycle: Weight = 0.0, **options: Any) -> None:
        super().__init__(*given, **options)
        self.cycle = cycle

    def check(self, game: Any) -> None:
        super().check(game)
        if not (self.loss.g_needs_real or antisymmetric(self.loss)):
            raise UsageError(
                "The game 'bigan' exchanges the roles of real and fake pairs for the loss of G and "
                f"E, and the loss {type(self.loss).__name__} has no meaning for exchanged roles: "
                "choose another one, such as --loss non-saturating or --loss hinge."
            )

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        loss = super().g_loss(real, fake)
        assert real is not None
        if not self.loss.g_needs_real:  # else its loss of G reads the scores of real pairs, too
            exchanged = Scores(-real.score, real.batch, real.aux)
            loss = loss + self.loss.generator(None, exchanged)
        if self.cycle:
            again = self.generate(real.batch).tensor("x")
            loss = loss + self.cycle * half_squares(again, real.batch.tensor("x"))
        return loss


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


class VEEGAN(WithPosterior, Paired):
    """D tells pairs (x, z) of real samples, with z drawn from E's distribution of z given x, from
    pairs (G(z), z). G fools it; and G and E minimise the squared distance of z to E's mean for
    G(z), which no generator can that leaves out modes and with them parts of z (arXiv:1705.07761,
    equation 4 and algorithm 1). E's variance is fitted by maximum likelihood to these distances. E
    has no other loss.

    Args:
        weight: factor of the mean over the samples of |z - E(G(z))|²; 1 in the paper.
    """

    def __init__(self, *given: Any, weight: Weight = 1.0, **options: Any) -> None:
        super().__init__(*given, **options)
        self.weight = weight

    def real(self, batch: Batch) -> Batch:
        with torch.no_grad():
            mean, log_variance = self.posterior(batch)
        return batch.replace(z=drawn(mean, log_variance))

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        mean, log_variance = self.posterior(fake.batch)
        distance = (mean - fake.batch.tensor("z")).square()  # (N, z_dim)
        likelihood = log_variance + distance.detach() / log_variance.exp()
        terms = self.weight * distance + likelihood / 2
        return super().g_loss(real, fake) + terms.sum(1).mean()


class AAE(WithEncoder):
    """The adversarial autoencoder (arXiv:1511.05644, section 2): G decodes what E encodes, and D
    tells z of the prior from E(x), so that the codes of the data come to have the distribution of
    the prior. Then G makes samples of z from the prior.

    In a step, D is updated, and then G and E, by the sum of both losses. The paper updates E by
    each of them in turn.

    Args:
        weight: factor of E's loss for fooling D. The distance of the reconstructions is half the
            squared distance of all pixels, the negative log-likelihood with variance 1.
    """

    exclusive = ("encoder", "fakes")

    def __init__(self, *given: Any, weight: Weight = 1.0, **options: Any) -> None:
        super().__init__(*given, **options)
        self.weight = weight

    def d_spec(self) -> Spec:
        spec = super().d_spec()
        joined = spec.shape[0] - self.spec.shape[0]  # such as the labels that another game joins
        return spec.replace(shape=(self.prior.dim + joined,), low=-math.inf, high=math.inf)

    def check(self, game: Any) -> None:
        super().check(game)
        if len(self.augmentations):
            raise UsageError(
                "The discriminator of the game 'aae' sees z, and no augmentation of samples can be "
                "used with it: leave them out, with --no-augment."
            )

    def samples(self, players: tuple[str, ...], batch: Batch) -> tuple[Batch, Batch]:
        """z of the prior, and the codes of the batch, each as x and as z."""
        with torch.set_grad_enabled("g" in players):
            codes = self.fake(batch)
        z = self.world.noise(self.prior, len(batch), codes.tensor("z").device).tensor("z")
        return Batch(x=z, z=z, y=batch.y), codes

    def fake(self, real: Batch) -> Batch:
        """The codes of real samples, as x and as z; ``original`` is the real x."""
        code = self.encode(real).tensor("z").float()
        original = {**real.cond, "original": real.tensor("x")}
        return Batch(x=code, z=code, y=real.y, cond=original)

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        code = fake.batch
        made = self.generate(code.replace(x=None)).tensor("x")
        distance = half_squares(made, code.tensor("original"))
        return distance + self.weight * super().g_loss(real, fake)


class VAEGAN(WithPosterior):
    """A variational autoencoder whose distance is measured in a layer of D (arXiv:1512.09300,
    equations 5 to 8 and algorithm 1). E gives the mean and the logarithm of the variance of z given
    x. D tells real samples from samples of the prior and from reconstructions: its loss of fakes is
    the mean over both kinds, half of their sum in the paper.

    The player e moves E by ``beta`` times KL(q(z|x) || N(0, 1)) plus the distance; g moves G by the
    loss for fooling D plus ``gamma`` times the distance. It is half the squared distance of D's
    further output ``features``, or of the pixels, for a D without this output.

    Args:
        gamma: factor of the distance in the loss of G.
        beta: factor of KL(q(z|x) || N(0, 1)) in the loss of E; 1 in the paper.
    """

    exclusive = ("encoder", "fakes")
    g_needs_real = True
    capturable = True  # losses does not read the number of the step

    def __init__(
        self, *given: Any, gamma: Weight = 0.01, beta: Weight = 1.0, **options: Any
    ) -> None:
        super().__init__(*given, **options)
        self.gamma, self.beta = gamma, beta

    def players(self) -> dict[str, list[str]]:
        return {"d": ["discriminator"], "g": ["generator"], "e": ["encoder"]}

    def updates(self, step: int) -> Iterable[tuple[str, ...]]:
        return [(*each, "e") if "g" in each else each for each in super().updates(step)]

    def check(self, game: Any) -> None:
        super().check(game)
        if self.prior.normal_std != 1:
            raise UsageError(
                "The game 'vae-gan' compares codes with a normal distribution of variance 1: use "
                "--prior normal."
            )

    def fake(self, real: Batch) -> Batch:
        """Samples of the prior, and then the reconstructions of the real samples. ``mean`` and
        ``log_variance`` are those of z, 0 for the prior."""
        of_noise = super().fake(real)
        mean, log_variance = self.posterior(real)
        made = self.fake_of(real.replace(x=None, z=drawn(mean, log_variance)))

        def stated(batch: Batch, mean: Tensor, log_variance: Tensor) -> Batch:
            return batch.replace(
                cond={**batch.cond, "mean": mean, "log_variance": log_variance}, code={}
            )

        zeros = torch.zeros_like(mean)
        return Batch.join((stated(of_noise, zeros, zeros), stated(made, mean, log_variance)))

    def losses(self, players: tuple[str, ...], batch: Batch, step: int) -> Losses:
        losses = super().losses(players, batch, step)
        if "e" not in players:
            return losses
        assert losses.real is not None
        assert losses.fake is not None
        distance = self._distance(losses.real, losses.fake)
        cond = losses.fake.batch.cond
        mean, log_variance = (cond[name][len(batch) :] for name in ("mean", "log_variance"))
        by_player = dict(losses.by_player)
        by_player["g"] = by_player["g"] + self.gamma * distance
        by_player["e"] = self.beta * kl_to_normal(mean, log_variance) + distance
        return Losses(by_player, losses.real, losses.fake)

    def undecided(self) -> float | None:
        return self.loss.undecided()  # ``losses`` leaves D's loss as it is

    def _distance(self, real: Scores, fake: Scores) -> Tensor:
        """Of the real samples from their reconstructions, before all augmentations, which would
        change the two samples of a pair in different ways."""
        count = len(real.batch)
        made = fake.batch[count:]
        if "features" not in real.aux:
            return half_squares(made.tensor("x"), real.batch.tensor("x"))
        made_features, features = fake.aux["features"][count:], real.aux["features"]
        if len(self.augmentations):
            made_features, features = self._features(made), self._features(real.batch)
        return half_squares(made_features, features.detach())

    def _features(self, batch: Batch) -> Tensor:
        """(N, dim): D's features of samples without augmentation."""
        return self.scores(self.discriminate(batch), batch).aux["features"]


def antisymmetric(loss: Loss) -> bool:
    """Whether D's loss stays the same if the scores of real and fake samples are exchanged and
    their signs turned. Of a sum, its first loss decides."""
    loss = getattr(loss, "terms", [loss])[0]
    one, other = torch.tensor([0.3, -1.2]), torch.tensor([0.9, -0.4])
    given, exchanged = (
        loss.discriminator(Scores(real, Batch()), Scores(fake, Batch()))
        for real, fake in ((one, other), (-other, -one))
    )
    return torch.allclose(given, exchanged)


def drawn(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Draws from N(mean, variance), in the shape of both."""
    return mean + (log_variance / 2).exp() * torch.randn_like(mean)


def half_squares(x: Tensor, other: Tensor) -> Tensor:
    """Half the squared Euclidean distance of each row, (N, ...), its mean over the rows."""
    return (x.float() - other.float()).square().flatten(1).sum(1).mean() / 2


def kl_to_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) of each row, (N, dim), its mean over the rows
    (arXiv:1312.6114, appendix B)."""
    terms = mean.square() + log_variance.exp() - log_variance - 1
    return terms.sum(1).mean() / 2
