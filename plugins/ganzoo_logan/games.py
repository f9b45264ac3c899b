"""The rule of arXiv:1912.00953, which is stacked on any game."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Batch, Game, Positive, Scores, Share, UsageError, Weight

STEP = "latent_step"


class LatentOptimisation(Game):
    """In a training the noise z of each fake first takes one step of the natural gradient of its
    score, z + step_rate * g / (damping + |g|²) with g = dD(G(z)) / dz (arXiv:1912.00953, section
    3). G's loss is differentiated through this step, which brings a term of second order into the
    game.

    It is added to a recipe's game: ``--set 'game+=["latent-optimisation"]'``. D's loss reads the
    fakes of the new z, but in an update of D alone is not differentiated through the step. Each
    update makes its own fakes, whatever ``share_fakes`` is. Samples are drawn from the prior,
    without the step.

    Args:
        step_rate: alpha.
        damping: beta.
        step_share: probability that a coordinate of z takes the step; drawn for each update.
        step_weight: of the mean squared length of the steps, in G's loss.
    """

    exclusive = ("fakes",)

    def __init__(
        self,
        *given: Any,
        step_rate: Positive = 0.9,
        damping: Positive = 5.0,
        step_share: Share = 0.8,
        step_weight: Weight = 0.1,
        **options: Any,
    ) -> None:
        super().__init__(*given, **options)
        self.step_rate, self.damping = step_rate, damping
        self.step_share, self.step_weight = step_share, step_weight
        self.share_fakes = False  # the fakes of D's update have no derivatives through the step

    def check(self, game: Game) -> None:
        super().check(game)
        if "source" in self.generator.takes:
            raise UsageError(
                "The game 'latent-optimisation' moves the noise by a gradient, and the samples of "
                "a generator that translates images have none with respect to it: leave the game "
                "out, or choose another generator"
            )
        if self.prior.codes:
            raise UsageError(
                "The game 'latent-optimisation' moves all of z, and the prior of this recipe "
                f"writes latent codes into z ({', '.join(self.prior.codes)}), which would no "
                "longer be the codes that the losses read: leave the game out, or choose another "
                "prior"
            )

    def noise_for(self, real: Batch) -> Batch:
        noise = super().noise_for(real)
        step = self._step(noise, create_graph=torch.is_grad_enabled())
        return noise.replace(z=noise.z + step, cond={**noise.cond, STEP: step})

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        length = fake.batch.cond[STEP].square().sum(1).mean()
        return super().g_loss(real, fake) + self.step_weight * length

    def _step(self, noise: Batch, create_graph: bool) -> Tensor:
        """(N, z_dim): the step of the noise of each sample."""
        with torch.enable_grad():
            z = noise.z.detach().requires_grad_()
            score = self.score(self.fake_of(noise.replace(z=z))).score
            (gradient,) = torch.autograd.grad(score.sum(), z, create_graph=create_graph)
        moving = torch.rand(gradient.shape[1], device=z.device) < self.step_share
        gradient = gradient * moving.to(gradient.dtype)
        return self.step_rate * gradient / (self.damping + gradient.square().sum(1, keepdim=True))
