"""The hinge loss of arXiv:1705.02894."""

from ganzoo import Loss, Scores, register
from torch import Tensor


@register("loss", "my-hinge", paper="arXiv:1705.02894")
class Hinge(Loss):
    """D separates real from fake by a margin; G raises its samples' scores.

    Args:
        margin: beyond which D no longer cares.
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        on_real = (self.margin - real.score).relu()
        on_fake = (self.margin + fake.score).relu()
        return on_real.mean() + on_fake.mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()
