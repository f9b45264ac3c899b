"""Two ways to bound how steep a critic is."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo import Penalty, UsageError, Verdict


class WeightClip(Penalty):
    """After each of the critic's steps every weight is clipped to [-limit, limit]
    (arXiv:1701.07875, algorithm 1). The critic is then K-Lipschitz for some K.

    Args:
        limit: the greatest absolute value of a weight.
    """

    def __init__(self, limit: float = 0.01) -> None:
        super().__init__()
        if limit <= 0:
            raise UsageError(f"penalty.limit must be positive, not {limit}.")
        self.limit = limit

    def check(self, game: Any) -> None:
        if any(parametrize.is_parametrized(module) for module in game.discriminator.modules()):
            raise UsageError(
                "The penalty 'weight-clip' would clip weights that the discriminator makes anew at "
                "each pass, as a spectral norm does: leave one of the two out, for one with "
                "--set discriminator.spectral_norm=false"
            )

    def after(self, discriminator: nn.Module) -> None:
        for weight in discriminator.parameters():
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
        every: due every so many rounds, and weighing that much more.
    """

    def __init__(
        self, weight: float = 10.0, target: float = 1.0, one_sided: bool = False, every: int = 1
    ) -> None:
        super().__init__()
        if weight < 0 or target < 0 or every < 1:
            raise UsageError("A gradient penalty's weight and target are at least 0, every 1.")
        self.weight, self.target, self.one_sided, self.every = weight, target, one_sided, every

    def forward(self, judge: Any, real: Verdict, fake: Verdict) -> Tensor:
        x, other = real.sample.x.detach(), fake.sample.x.detach()
        share = torch.rand(len(x), *[1] * (x.ndim - 1), dtype=x.dtype, device=x.device)
        between = torch.lerp(x, other, share).requires_grad_()
        score = judge(real.sample.but(x=between)).score
        excess = self.gradient(score, between).norm(dim=1) - self.target
        if self.one_sided:
            excess = excess.clamp(min=0)
        return self.weight * excess.square().mean()
