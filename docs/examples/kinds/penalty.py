"""The gradient penalty of arXiv:1704.00028."""

from collections.abc import Callable

import torch
from ganzoo import Batch, Penalty, Scores, register
from torch import Tensor


@register("penalty", "my-gradient-penalty", paper="arXiv:1704.00028, equation 3")
class GradientPenalty(Penalty):
    """weight * E[(|grad D(x)| - 1)^2], for x between real and fake samples.

    Args:
        weight: of the penalty.
        interval: steps from one penalty to the next.
    """

    def __init__(self, weight: float = 10.0, interval: int = 1) -> None:
        super().__init__()
        self.weight, self.interval = weight, interval

    def forward(
        self, game: Callable[[Batch], Scores], real: Scores, fake: Scores
    ) -> Tensor:
        x, g = real.batch.x.detach(), fake.batch.x.detach()
        t = torch.rand(len(x), *[1] * (x.dim() - 1), device=x.device)
        between = (x + t * (g - x)).requires_grad_()
        score = game.score(real.batch.replace(x=between)).score
        (gradient,) = torch.autograd.grad(score.sum(), between, create_graph=True)
        return self.weight * (gradient.flatten(1).norm(dim=1) - 1).square().mean()
