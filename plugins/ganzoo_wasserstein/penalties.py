"""Two ways to bound how steep a critic is."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo import Count, NotNegative, Penalty, Positive, Scores, UsageError, Weight


class WeightClip(Penalty):
    """After each of the critic's steps every weight is clipped to [-limit, limit]
    (arXiv:1701.07875, algorithm 1). The critic is then K-Lipschitz for some K.

    Args:
        limit: the greatest absolute value of a weight.
    """

    def __init__(self, limit: Positive = 0.01) -> None:
        super().__init__()
        self.limit = limit

    def check(self, game: Any) -> None:
        if any(parametrize.is_parametrized(module) for module in game.discriminator.modules()):
            raise UsageError(
                "The penalty 'weight-clip' would clip weights that the discriminator makes anew at "
                "each pass, as a spectral norm does: leave one of the two out, for one with "
                "--set discriminator.spectral_norm=false"
            )

    def project(self, network: nn.Module) -> None:
        for weight in network.parameters():
            weight.clamp_(-self.limit, self.limit)


class GradientPenalty(Penalty):
    """weight * E(|grad_x D(x)| - target)², at points x uniform on the lines between pairs of a
    real and a fake sample (arXiv:1704.00028, equation 3).

    The norm is of one sample's gradient, so a D that mixes the samples of a batch, as batch
    normalisation does, is not what the paper's bound is about (section 4).

    Args:
        weight: lambda.
        target: the norm that gradients are pulled to.
        one_sided: leave norms below the target alone (arXiv:1709.08894, equation 8).
        interval: due every so many steps, and weighing that much more.
    """

    def __init__(
        self,
        weight: Weight = 10.0,
        target: NotNegative = 1.0,
        one_sided: bool = False,
        interval: Count = 1,
    ) -> None:
        super().__init__()
        self.weight, self.target, self.one_sided, self.interval = (
            weight,
            target,
            one_sided,
            interval,
        )

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        x, other = real.batch.x.detach(), fake.batch.x.detach()
        share = torch.rand(len(x), *[1] * (x.ndim - 1), dtype=x.dtype, device=x.device)
        between = torch.lerp(x, other, share).requires_grad_()
        score = game.score(real.batch.replace(x=between)).score
        excess = self.gradient(score, between).norm(dim=1) - self.target
        if self.one_sided:
            excess = excess.clamp(min=0)
        return self.weight * excess.square().mean()
