"""The pulling-away term of EBGAN (arXiv:1609.03126)."""

from typing import Any

from torch import Tensor
from torch.nn.functional import normalize

from ganzoo import Count, Penalty, Scores, Weight


class PullingAway(Penalty):
    """weight * the mean squared cosine of the codes of two different fakes of a batch, in G's loss
    (arXiv:1609.03126, section 2.4): fakes that are all alike have codes of one direction.

    The code is the discriminator's further output ``code``, (N, ...).

    Args:
        weight: of the penalty; 0.1 in the paper, beside energies of a larger scale.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    player = "g"

    def __init__(self, weight: Weight = 0.1, interval: Count = 1) -> None:
        super().__init__()
        self.weight, self.interval = weight, interval

    def check(self, game: Any) -> None:
        game.require_outputs(
            "The penalty 'pulling-away'",
            ("code",),
            "--discriminator autoencoder, or leave the penalty out",
        )

    def forward(self, game: Any, real: Scores | None, fake: Scores) -> Tensor:
        directions = normalize(fake.aux["code"].float().flatten(1))  # (N, code)
        squares = (directions @ directions.T).square()  # (N, N), 1 on the diagonal
        n = len(squares)
        others = squares.sum() - squares.diagonal().sum()
        return self.weight * others / max(n * (n - 1), 1)
