"""The relativistic pairing loss, of arXiv:1807.00734 and arXiv:2501.05441."""

import math
from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import softplus

from ganzoo import Loss, Scores


class Relativistic(Loss):
    """D minimises E softplus(-(D(x) - D(G(z)))), G minimises E softplus(-(D(G(z)) - D(x))), each
    fake paired with a real sample (arXiv:2501.05441, equation 2).

    Only differences of scores matter, so a score is no probability. Each fake is compared with
    a real sample, so every real sample affects G's loss, which prevents mode dropping (section 2).
    Where a game makes more fakes than it has real samples, each real sample has several fakes.
    """

    g_needs_real = True

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(fake.score - _partners(real, fake)).mean()

    def generator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(_partners(real, fake) - fake.score).mean()

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        pairs_in_order = (_partners(real, fake) > fake.score).float().mean()
        return {**super().report(real, fake), "pairs_in_order": pairs_in_order}

    def undecided(self) -> float:
        return math.log(2)  # the same score for every sample

    def reading(self, scalars: Mapping[str, float]) -> str:
        if "pairs_in_order" not in scalars:
            return ""
        return (
            "D gives the real sample the higher score in "
            f"{100 * scalars['pairs_in_order']:.0f} % of the pairs; a D that guesses does so in "
            "50 %."
        )


def _partners(real: Scores, fake: Scores) -> Tensor:
    """For each fake the score of a real sample."""
    if len(real.score) == len(fake.score):
        return real.score
    places = torch.arange(len(fake.score), device=real.score.device)
    return real.score[places % len(real.score)]
