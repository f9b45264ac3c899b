"""The gradient penalty of arXiv:1704.00028."""

import torch
from ganzoo import Count, Game, Penalty, Scores, Weight, register
from torch import Tensor


@register("penalty", "my-gradient-penalty", paper="arXiv:1704.00028, equation 3")
class GradientPenalty(Penalty):
    """A penalty on the difference from 1 of D's gradient norm.

    weight * E[(|grad D(x)| - 1)^2], for x on the line from a real to a fake sample.

    Args:
        weight: factor of the penalty.
        interval: number of steps from one penalty to the next.
    """

    def __init__(self, weight: Weight = 10.0, interval: Count = 1) -> None:
        super().__init__()
        self.weight, self.interval = weight, interval

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        a, b = real.batch.x.detach(), fake.batch.x.detach()  # (N, *shape)
        t = torch.rand(len(a), *[1] * (a.dim() - 1), device=a.device)
        between = torch.lerp(a, b, t).requires_grad_()
        score = game.score(real.batch.replace(x=between)).score
        norms = self.gradient(score, between).norm(dim=1)  # (N,)
        return self.weight * (norms - 1).square().mean()
