"""The auxiliary classifier's loss of arXiv:1610.09585."""

from typing import Any

from torch import Tensor
from torch.nn.functional import cross_entropy

from ganzoo import Loss, Scores, Weight
from ganzoo_acgan.outputs import check, check_fakes

NEEDS = (
    "auxiliary-classifier",
    ("class",),
    "--discriminator dcgan --set discriminator.class_logits=true",
)


class AuxiliaryClassifier(Loss):
    """The cross-entropy -log P(C = y | x) of the class logits that D gives as the further output
    "class", (N, classes), with the sample's label y. D minimises it on real samples and on fakes, G
    on fakes: -L_C of arXiv:1610.09585, equation 3. An extra loss, added to any other loss.

    Args:
        weight: factor of D's term.
        g_weight: factor of G's term.
        on_fakes: whether D's term has the fakes too, as in the paper. Without them the classifier
            learns from real samples only.
    """

    def __init__(self, weight: Weight = 1.0, g_weight: Weight = 1.0, on_fakes: bool = True) -> None:
        super().__init__()
        self.weight, self.g_weight, self.on_fakes = weight, g_weight, on_fakes

    def check(self, game: Any) -> None:
        check(game, *NEEDS)
        if self.on_fakes or self.g_weight:
            check_fakes(game, NEEDS[0])

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        term = _cross_entropy(real)
        if self.on_fakes:
            term = term + _cross_entropy(fake)
        return self.weight * term

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return self.g_weight * _cross_entropy(fake)

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        """The shares of real samples and of fakes whose label D predicts."""
        return {"classified_real": _accuracy(real), "classified_fake": _accuracy(fake)}


def _logits(scores: Scores) -> Tensor:
    return scores.aux["class"].float()


def _cross_entropy(scores: Scores) -> Tensor:
    return cross_entropy(_logits(scores), scores.batch.tensor("y"))


def _accuracy(scores: Scores) -> Tensor:
    return (_logits(scores).argmax(1) == scores.batch.tensor("y")).float().mean()
