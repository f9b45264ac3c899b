"""The loss of arXiv:1705.09675."""

from collections.abc import Mapping

import torch
from torch import Tensor

from ganzoo import Loss, Positive, Scores


class Fisher(Loss):
    """The critic maximises the augmented Lagrangian

        E f(x) - E f(G(z)) + lambda (1 - omega) - rho/2 (omega - 1)²,

    with omega = (E f(x)² + E f(G(z))²) / 2, and G minimises -E f(G(z)) (arXiv:1705.09675,
    section 3 and algorithm 1). After each update of the critic the multiplier lambda, which starts
    at 0, moves by rho (omega - 1), so that omega becomes 1. The critic needs no other bound.

    The distance E f(x) - E f(G(z)) is then at most 2. Logged are lambda, as ``fisher_lambda``, and
    omega, as ``fisher_omega``.

    Args:
        rho: weight of the quadratic term, and the rate of the multiplier; 1e-6 in the paper.
    """

    multiplier: Tensor  # (), lambda

    def __init__(self, rho: Positive = 1e-6) -> None:
        super().__init__()
        self.rho = rho
        self.register_buffer("multiplier", torch.tensor(0.0))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        distance = real.score.mean() - fake.score.mean()
        slack = 1 - second_moment(real, fake)
        return -(distance + self.multiplier * slack - self.rho / 2 * slack.square())

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def updated(self, real: Scores, fake: Scores) -> None:
        self.multiplier.add_(self.rho * (second_moment(real, fake) - 1))

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        return {
            **super().report(real, fake),
            "fisher_lambda": self.multiplier.clone(),
            "fisher_omega": second_moment(real, fake),
        }

    def reading(self, scalars: Mapping[str, float]) -> str:
        if not {"score_real", "score_fake"} <= scalars.keys():
            return ""
        distance = scalars["score_real"] - scalars["score_fake"]
        return (
            f"The critic estimates a Fisher distance of {distance:.3f} between data and samples, "
            "of 2 at most; it is 0 where the critic cannot tell them apart."
        )


def second_moment(real: Scores, fake: Scores) -> Tensor:
    """omega: the mean square of the scores of both kinds."""
    return (real.score.square().mean() + fake.score.square().mean()) / 2
