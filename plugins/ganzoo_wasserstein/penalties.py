"""Penalties that bound the Lipschitz constant of a critic, or its gradients."""

from typing import Annotated, Any

import torch
from msgspec import Meta
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo import Batch, Count, NotNegative, Penalty, Positive, Scores, UsageError, Weight

Power = Annotated[float, Meta(gt=1)]


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
        batch = between(real.batch, fake.batch)
        score = game.score(batch).score
        excess = self.gradient(score, batch.x).norm(dim=1) - self.target
        if self.one_sided:
            excess = excess.clamp(min=0)
        return self.weight * excess.square().mean()


class Divergence(Penalty):
    """weight * E |grad_x D(x)|^power, at points x uniform on the lines between pairs of a real and
    a fake sample. With the loss "wasserstein", the critic then computes the Wasserstein divergence
    of the two distributions (arXiv:1712.01026), which needs no Lipschitz critic.

    Args:
        weight: k.
        power: p; 2 and 6 are the paper's choice for weight and power.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    def __init__(self, weight: Weight = 2.0, power: Power = 6.0, interval: Count = 1) -> None:
        super().__init__()
        self.weight, self.power, self.interval = weight, power, interval

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        batch = between(real.batch, fake.batch)
        score = game.score(batch).score
        squared = self.gradient(score, batch.x).square().sum(1)  # (N,)
        # Where D is flat the power is 0, and so is its slope; that of a root would be infinite.
        sloped = squared > 0
        power = torch.where(sloped, squared, 1).pow(self.power / 2)
        return self.weight * torch.where(sloped, power, 0).mean()


def between(real: Batch, fake: Batch) -> Batch:
    """Points x on the lines between pairs of a real and a fake sample, as leaves that require
    gradients, with all else of the real sample. Where there are more fakes than real samples, each
    real sample has several fakes."""
    if len(real) != len(fake):
        real = real[torch.arange(len(fake), device=fake.x.device) % len(real)]
    x, other = real.x.detach(), fake.x.detach()
    share = torch.rand(len(x), *[1] * (x.ndim - 1), dtype=x.dtype, device=x.device)
    return real.replace(x=torch.lerp(x, other, share).requires_grad_())
