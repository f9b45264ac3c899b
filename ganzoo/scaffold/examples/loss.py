"""The hinge loss of arXiv:1705.02894."""

from ganzoo import Loss, Positive, Scores, register
from torch import Tensor


@register("loss", "my-hinge", paper="arXiv:1705.02894")
class Hinge(Loss):
    """D separates real from fake by a margin; G raises the scores of its samples.

    D minimises E[max(0, m - D(x))] + E[max(0, m + D(G(z)))]; G minimises -E[D(G(z))].

    Args:
        margin: m; the loss of D is 0 for a score beyond it.
    """

    def __init__(self, margin: Positive = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        on_real = (self.margin - real.score).relu()  # (N,), or (N, ...) of patches
        on_fake = (self.margin + fake.score).relu()
        return on_real.mean() + on_fake.mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()
