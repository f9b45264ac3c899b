"""The losses: mutual information of codes and samples, and the logarithm of odds."""

from typing import Any

from torch import Tensor
from torch.nn.functional import cross_entropy, softplus

from ganzoo import Loss, Scores, UsageError, Weight


class MutualInformation(Loss):
    """-L_I, without the entropy of the codes, which is constant: the cross-entropy of Q's reading
    of the codes of fakes (arXiv:1606.03657, equation 5). Both players minimise it (equation 6). A
    term to be added to another loss.

    Q(c|x) is a softmax for a code of categories, and a normal distribution of variance 1 for a code
    of numbers: half the squared distance.

    Args:
        weight: lambda, of the codes of categories.
        continuous_weight: lambda of the codes of numbers.
    """

    def __init__(self, weight: Weight = 1.0, continuous_weight: Weight = 0.1) -> None:
        super().__init__()
        self.weight, self.continuous_weight = weight, continuous_weight

    def check(self, game: Any) -> None:
        if not game.prior.codes:
            raise UsageError(
                "The loss 'mutual-information' needs a prior with latent codes, such as --prior "
                "noise-and-codes."
            )
        game.require_outputs(
            "The loss 'mutual-information'", game.prior.codes, "--discriminator with-features"
        )

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self._cross_entropy(fake)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return self._cross_entropy(fake)

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        read = [
            (fake.aux[name].argmax(1) == code).float().mean()
            for name, code in fake.batch.code.items()
            if not code.is_floating_point()
        ]
        return {"code_read": sum(read) / len(read)} if read else {}

    def _cross_entropy(self, fake: Scores) -> Tensor:
        if not fake.batch.code:
            raise UsageError(
                "The loss 'mutual-information' needs fakes of which the codes are known, and the "
                "fakes of this game have none: choose --game standard, or leave the loss out"
            )
        total = fake.score.new_zeros(())
        for name, code in fake.batch.code.items():
            if code.is_floating_point():
                distance = (fake.aux[name] - code).square().sum(1).mean() / 2
                total = total + self.continuous_weight * distance
            else:
                total = total + self.weight * cross_entropy(fake.aux[name], code)
        return total


class LogOdds(Loss):
    """D as in the GAN paper; G minimises -log(D(G(z)) / (1 - D(G(z)))), the mean of minus D's logit
    on fakes. For the best D this is KL(p_g || p_data) (arXiv:1610.04490, section 2), and the loss
    of G in arXiv:1705.07761, algorithm 1.

    Its gradient by a logit is the same for all fakes, so it vanishes neither for bad nor for good
    ones.
    """

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(-real.score).mean() + softplus(fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return -fake.score.mean()

    def probability(self, score: Tensor) -> Tensor:
        return score.sigmoid()

    def undecided(self) -> float:
        return 2 * 0.6931471805599453
