"""The two losses of arXiv:1406.2661, from logits.

With D(x) = sigmoid(s), -log D = softplus(-s) and -log(1 - D) = softplus(s): exact and finite for
any logit, where a sigmoid followed by a logarithm is not.
"""

import math

from torch import Tensor
from torch.nn.functional import softplus

from ganzoo import Loss, Scores, Weight


class NonSaturating(Loss):
    """D maximises log D(x) + log(1 - D(G(z))), G maximises log D(G(z))
    (arXiv:1406.2661, section 3).

    The game has the same fixed point as with the loss minimax, and gives G strong gradients while
    D rejects its samples with confidence, as it does early in training.

    Args:
        d_scale: factor of D's loss; 1/2 in the paper's own code.
    """

    def __init__(self, d_scale: Weight = 1.0) -> None:
        super().__init__()
        self.d_scale = d_scale

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.d_scale * (softplus(-real.score).mean() + softplus(fake.score).mean())

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return softplus(-fake.score).mean()

    def probability(self, score: Tensor) -> Tensor:
        return score.sigmoid()

    def undecided(self) -> float:
        return self.d_scale * 2 * math.log(2)  # -log D(x) - log(1 - D(G(z))) with D = 1/2


class Minimax(NonSaturating):
    """The zero-sum game: G minimises log(1 - D(G(z))) (arXiv:1406.2661, equation 1).

    The gradient of G's loss with respect to a fake's logit is -D(G(z)), which vanishes where D
    rejects the fake with confidence.

    Args:
        d_scale: factor of D's loss.
    """

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -softplus(fake.score).mean()
