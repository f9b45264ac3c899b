"""The two penalties of arXiv:1801.04406, section 4.1."""

from typing import Any

from torch import Tensor

from ganzoo import Count, Penalty, PixelWeight, Scores


class R1(Penalty):
    """gamma / 2 * E|grad_x D(x)|² over the data (arXiv:1801.04406, equation 9).

    Args:
        gamma: weight of the penalty. The best weight grows with the number of pixels, and with
            1 / batch size (arXiv:2006.06676, appendix C).
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    needs_gradient = True

    def __init__(self, gamma: PixelWeight = 10.0, interval: Count = 1) -> None:
        super().__init__()
        self.gamma, self.interval = gamma, interval

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return self.gamma / 2 * _squared_gradient(real)


class R2(R1):
    """gamma / 2 * E|grad_x D(x)|² over the fakes (arXiv:1801.04406, equation 10).

    Args:
        gamma: weight of the penalty. The best weight grows with the number of pixels, and with
            1 / batch size (arXiv:2006.06676, appendix C).
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return self.gamma / 2 * _squared_gradient(fake)


def _squared_gradient(scores: Scores) -> Tensor:
    gradient = Penalty.gradient(scores.score, scores.batch.x)
    return gradient.square().sum(1).mean()
