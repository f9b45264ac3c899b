"""Autoencoders as games: AAE, in which D sees the codes, and VAE-GAN, in which D sees samples."""

import math
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ganzoo import Batch, Game, Losses, Scores, Spec, UsageError, Weight
from ganzoo_learned_inference.encoding import WithEncoder, WithPosterior, drawn, half_squares


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
        refuse_shared_fakes(self, "aae", "the codes of real samples")
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
        refuse_shared_fakes(self, "vae-gan", "reconstructions, which the encoder moves, too")
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


def refuse_shared_fakes(game: Game, name: str, fakes: str) -> None:
    """Raises UsageError if the update of G shall have the fakes of D's update."""
    if game.share_fakes:
        raise UsageError(
            f"The fakes of the game {name!r} are {fakes}, and G's update makes its own: leave out "
            "share_fakes"
        )


def kl_to_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL(N(mean, variance) || N(0, 1)) of each row, (N, dim), its mean over the rows
    (arXiv:1312.6114, appendix B)."""
    terms = mean.square() + log_variance.exp() - log_variance - 1
    return terms.sum(1).mean() / 2
