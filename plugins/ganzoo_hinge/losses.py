"""The hinge loss of arXiv:1705.02894, as SNGAN and BigGAN use it."""

from torch import Tensor
from torch.nn.functional import relu

from ganzoo import Loss, Positive, Scores


class Hinge(Loss):
    """D minimises E max(0, margin - D(x)) + E max(0, margin + D(G(z))), G minimises -E D(G(z))
    (arXiv:1802.05957, equations 16 and 17). It is the loss of Geometric GAN, whose D is a linear
    support vector machine on learned features (arXiv:1705.02894, section 3).

    Args:
        margin: the score beyond which D ignores a sample; 1 in both papers. It is in units of the
            scores, so that it matters for a bounded D, for example with spectral normalisation.
    """

    def __init__(self, margin: Positive = 1.0) -> None:
        super().__init__()
        self.margin = margin

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return relu(self.margin - real.score).mean() + relu(self.margin + fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def undecided(self) -> float:
        return 2.0 * self.margin  # any score from -margin to margin
