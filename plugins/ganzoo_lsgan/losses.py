"""The loss of arXiv:1611.04076."""

from torch import Tensor

from ganzoo import Loss, Scores


class LeastSquares(Loss):
    """D minimises ½E(D(x) - 1)² + ½E(D(G(z)))², G minimises ½E(D(G(z)) - 1)²
    (arXiv:1611.04076, equation 9).

    The optimal D for a fixed G is p_data / (p_data + p_g), as in the GAN paper, so that its score,
    clamped to [0, 1], is a probability.
    """

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return ((real.score - 1).square().mean() + fake.score.square().mean()) / 2

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return (fake.score - 1).square().mean() / 2

    def probability(self, score: Tensor) -> Tensor:
        return score.clamp(0, 1)

    def undecided(self) -> float:
        return 1 / 4  # the score 1/2
