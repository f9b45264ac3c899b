"""The penalty of arXiv:1705.07215."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Count, NotNegative, Penalty, Scores, Weight


class DRAGAN(Penalty):
    """weight * E(|grad D(x + noise)| - target)², the noise being spread * std * U[0, 1) in each
    coordinate and std the standard deviation of all values of the batch (arXiv:1705.07215, section
    2.4). The paper's noise is normal; the authors' code has this uniform noise, times one more
    uniform number for each sample.

    Args:
        weight: lambda.
        spread: range of the noise, in standard deviations of the data.
        target: target norm of the gradients.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    def __init__(
        self,
        weight: Weight = 10.0,
        spread: Weight = 0.5,
        target: NotNegative = 1.0,
        interval: Count = 1,
    ) -> None:
        super().__init__()
        self.weight, self.spread, self.target, self.interval = weight, spread, target, interval

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        x = real.batch.x.detach()
        noise = self.spread * x.std(correction=0) * torch.rand_like(x)
        around = (x + noise).requires_grad_()
        score = game.score(real.batch.replace(x=around)).score
        norm = self.gradient(score, around).norm(dim=1)
        return self.weight * (norm - self.target).square().mean()
