"""The two penalties of arXiv:1801.04406, section 4.1."""

from typing import Any

from torch import Tensor

from ganzoo import Penalty, UsageError, Verdict


class R1(Penalty):
    """gamma / 2 * E|grad_x D(x)|² over the data (equation 9).

    Args:
        gamma: its weight. What is best grows with the number of pixels.
        every: due every so many rounds, and weighing that much more.
    """

    needs_gradient = True

    def __init__(self, gamma: float = 10.0, every: int = 1) -> None:
        super().__init__()
        if gamma < 0 or every < 1:
            raise UsageError("penalty.gamma is at least 0, and penalty.every at least 1.")
        self.gamma, self.every = gamma, every

    def forward(self, judge: Any, real: Verdict, fake: Verdict) -> Tensor:
        return self.gamma / 2 * _squared_gradient(real)


class R2(R1):
    """gamma / 2 * E|grad_x D(x)|² over the fakes (equation 10).

    Args:
        gamma: its weight. What is best grows with the number of pixels.
        every: due every so many rounds, and weighing that much more.
    """

    def forward(self, judge: Any, real: Verdict, fake: Verdict) -> Tensor:
        return self.gamma / 2 * _squared_gradient(fake)


def _squared_gradient(verdict: Verdict) -> Tensor:
    gradient = Penalty.gradient(verdict.score, verdict.sample.x)
    return gradient.square().sum(1).mean()
