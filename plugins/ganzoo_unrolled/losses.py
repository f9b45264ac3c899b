"""The loss of arXiv:1611.02163."""

import math

from torch import Tensor
from torch.nn.functional import softplus

from ganzoo import Loss, Scores


class Saddle(Loss):
    """G minimises the whole value V = log D(x) + log(1 - D(G(z))) that D maximises
    (arXiv:1611.02163, equation 1).

    In an update of G by the D of the moment, log D(x) has no gradient, and the loss has the same
    gradients as minimax. With the game ``unrolled`` D is the D after k updates by the samples of G:
    then log D(x) depends on G, too.
    """

    g_needs_real = True

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(-real.score).mean() + softplus(fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is not None
        return -self.discriminator(real, fake)

    def probability(self, score: Tensor) -> Tensor:
        return score.sigmoid()

    def undecided(self) -> float:
        return 2 * math.log(2)  # -log D(x) - log(1 - D(G(z))) with D = 1/2
