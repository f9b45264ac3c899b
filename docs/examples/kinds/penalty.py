"""The gradient penalty of arXiv:1704.00028."""

from collections.abc import Callable

import torch
from ganzoo import Penalty, Sample, Verdict, register
from torch import Tensor


@register("penalty", "my-gradient-penalty", paper="arXiv:1704.00028, equation 3")
class GradientPenalty(Penalty):
    """weight * E[(|grad D(x)| - 1)^2], for x between real and fake samples.

    Args:
        weight: of the penalty.
        every: rounds from one penalty to the next.
    """

    def __init__(self, weight: float = 10.0, every: int = 1) -> None:
        super().__init__()
        self.weight, self.every = weight, every

    def forward(
        self, judge: Callable[[Sample], Verdict], real: Verdict, fake: Verdict
    ) -> Tensor:
        x, g = real.sample.x.detach(), fake.sample.x.detach()
        t = torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device)
        between = (x + t * (g - x)).requires_grad_()
        score = judge(real.sample.but(x=between)).score
        (gradient,) = torch.autograd.grad(score.sum(), between, create_graph=True)
        return self.weight * (gradient.flatten(1).norm(dim=1) - 1).square().mean()
