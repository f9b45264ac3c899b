"""The hinge loss of arXiv:1705.02894, as SNGAN and BigGAN use it."""

from torch import Tensor
from torch.nn.functional import relu

from ganzoo import Loss, Scores


class Hinge(Loss):
    """D minimises E max(0, 1 - D(x)) + E max(0, 1 + D(G(z))), G minimises -E D(G(z))
    (arXiv:1802.05957, equations 16 and 17)."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return relu(1 - real.score).mean() + relu(1 + fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def undecided(self) -> float:
        return 2.0  # any score in [-1, 1]
