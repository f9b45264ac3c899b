"""The relativistic average losses of arXiv:1807.00734."""

import math
from collections.abc import Mapping
from typing import Literal

from torch import Tensor
from torch.nn.functional import relu, softplus

from ganzoo import Loss, Scores

# The loss of a difference that D should make positive.
RULES = {
    "logistic": lambda difference: softplus(-difference),
    "least-squares": lambda difference: (difference - 1).square(),
    "hinge": lambda difference: relu(1 - difference),
}
UNDECIDED = {"logistic": 2 * math.log(2), "least-squares": 2.0, "hinge": 2.0}


class RelativisticAverage(Loss):
    """With a = D(x) - mean D(G(z)) for each real sample, and b = D(G(z)) - mean D(x) for each fake,
    the means being over the batch, D minimises E f(a) + E f(-b), and G minimises E f(b) + E f(-a)
    (arXiv:1807.00734, section 4).

    Only differences of scores matter, so a score is no probability. Unlike the loss
    "relativistic", which compares pairs of samples, the numbers of real samples and of fakes may
    differ.

    Args:
        kind: "logistic", f(a) = -log sigmoid(a), which is RaSGAN; "least-squares", (a - 1)², which
            is RaLSGAN; or "hinge", max(0, 1 - a), which is RaHingeGAN.
    """

    g_needs_real = True

    def __init__(
        self, kind: Literal["logistic", "least-squares", "hinge"] = "least-squares"
    ) -> None:
        super().__init__()
        self.kind = kind

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self._above(real.score, fake.score)

    def generator(self, real: Scores, fake: Scores) -> Tensor:
        return self._above(fake.score, real.score)

    def _above(self, high: Tensor, low: Tensor) -> Tensor:
        """The loss of a player for whom the scores ``high`` should be above the scores ``low``."""
        rule = RULES[self.kind]
        return rule(high - low.mean()).mean() + rule(high.mean() - low).mean()

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        above = (real.score > fake.score.mean()).float().mean()
        below = (fake.score < real.score.mean()).float().mean()
        return {**super().report(real, fake), "sides_in_order": (above + below) / 2}

    def undecided(self) -> float:
        return UNDECIDED[self.kind]  # the same score for every sample

    def reading(self, scalars: Mapping[str, float]) -> str:
        if "sides_in_order" not in scalars:
            return ""
        return (
            f"{100 * scalars['sides_in_order']:.0f} % of the samples have a score on the right "
            "side of the mean score of the other kind; with a D that guesses, 50 %."
        )
