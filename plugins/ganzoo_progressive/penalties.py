"""The drift penalty of arXiv:1710.10196."""

from typing import Any

from torch import Tensor

from ganzoo import Penalty, Scores, Weight


class Drift(Penalty):
    """weight * E[D(x)²] over the data. A Wasserstein loss fixes the scores only up to a constant;
    this penalty keeps them near 0 (arXiv:1710.10196, appendix A.1).

    Args:
        weight: epsilon_drift.
    """

    def __init__(self, weight: Weight = 0.001) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return self.weight * real.score.square().mean()
