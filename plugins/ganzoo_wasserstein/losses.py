"""The loss of arXiv:1701.07875."""

from collections.abc import Mapping

from torch import Tensor

from ganzoo import Loss, Scores


class Wasserstein(Loss):
    """The critic minimises E f(G(z)) - E f(x), the generator -E f(G(z))
    (arXiv:1701.07875, equation 3 and algorithm 1).

    Where f is 1-Lipschitz, minus the critic's loss is at most the distance between the two
    distributions, and equal to it for the optimal f. Use a penalty that keeps f Lipschitz, such as
    --penalty gradient-penalty: without a penalty the critic's scores grow without bound.
    """

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return fake.score.mean() - real.score.mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def reading(self, scalars: Mapping[str, float]) -> str:
        if not {"score_real", "score_fake"} <= scalars.keys():
            return ""
        distance = scalars["score_real"] - scalars["score_fake"]
        return (
            f"The critic estimates a Wasserstein distance of {distance:.3f} between data and "
            "samples, up to its Lipschitz constant. The estimate falls as samples become better; "
            "it is 0 where the critic cannot tell them apart."
        )
