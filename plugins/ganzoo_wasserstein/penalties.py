"""Two penalties that bound the Lipschitz constant of a critic."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo import Count, NotNegative, Penalty, Positive, Scores, UsageError, Weight


class WeightClip(Penalty):
    """After each update of the critic every weight is clipped to [-limit, limit]
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
                "The penalty 'weight-clip' cannot clip weights that the discriminator computes in "
                "each pass, as spectral normalisation does: leave one of the two out, for example "
                "with --set discriminator.spectral_norm=false"
            )

    def project(self, network: nn.Module) -> None:
        for weight in network.parameters():
            weight.clamp_(-self.limit, self.limit)


class GradientPenalty(Penalty):
    """weight * E(|grad_x D(x)| - target)², at points x uniform on the lines between pairs of a
    real and a fake sample (arXiv:1704.00028, equation 3).

    The norm is of one sample's gradient, so the paper's bound does not hold for a D that mixes the
    samples of a batch, as batch normalisation does (section 4).

    Args:
        weight: lambda.
        target: target norm of the gradients.
        one_sided: penalise only norms above the target (arXiv:1709.08894, equation 8).
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
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
