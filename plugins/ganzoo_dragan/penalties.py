"""The penalty of arXiv:1705.07215."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Penalty, UsageError, Verdict


class DRAGAN(Penalty):
    """weight * E(|grad D(x + noise)| - target)², the noise being spread * std * U[0, 1) in each
    coordinate and std that of all of the batch's values. The paper's noise is normal (section 2.4);
    the authors' code has this one, times one more uniform number for each sample.

    Args:
        weight: lambda.
        spread: of the noise, in standard deviations of the data.
        target: the norm that gradients are pulled to.
        every: due every so many rounds, and weighing that much more.
    """

    def __init__(
        self, weight: float = 10.0, spread: float = 0.5, target: float = 1.0, every: int = 1
    ) -> None:
        super().__init__()
        if weight < 0 or spread < 0 or target < 0 or every < 1:
            raise UsageError("DRAGAN's weight, spread and target are at least 0, and every 1.")
        self.weight, self.spread, self.target, self.every = weight, spread, target, every

    def forward(self, judge: Any, real: Verdict, fake: Verdict) -> Tensor:
        x = real.sample.x.detach()
        noise = self.spread * x.std(correction=0) * torch.rand_like(x)
        around = (x + noise).requires_grad_()
        score = judge(real.sample.but(x=around)).score
        norm = self.gradient(score, around).norm(dim=1)
        return self.weight * (norm - self.target).square().mean()
