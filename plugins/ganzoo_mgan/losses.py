"""The loss of MGAN's classifier."""

from typing import Any

from torch import Tensor
from torch.nn.functional import cross_entropy

from ganzoo import Loss, Scores, UsageError, Weight


class GeneratorChoice(Loss):
    """The cross-entropy between the generator of each fake and the generator that the classifier
    names. D's classifier minimises it, and G minimises ``beta`` times it, so that the generators
    make different samples (arXiv:1708.02556, section 3). Add it to another loss.

    Args:
        beta: the weight in G's loss; in D's loss it is 1, as in the authors' code.
    """

    def __init__(self, beta: Weight = 0.125) -> None:
        super().__init__()
        self.beta = beta

    def check(self, game: Any) -> None:
        game.require_outputs(
            "The loss 'generator-choice'",
            ("generator",),
            "--discriminator mgan, or leave the loss out",
        )

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return _cross_entropy(fake)

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return self.beta * _cross_entropy(fake)

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        named = fake.aux["generator"].argmax(1)
        return {"generator_named": (named == fake.batch.code["generator"]).float().mean()}


def _cross_entropy(fake: Scores) -> Tensor:
    if "generator" not in fake.batch.code:
        raise UsageError(
            "The loss 'generator-choice' needs fakes of which the generator is known, and the "
            "fakes of this game have none: choose --prior generator-choice and --game standard, or "
            "leave the loss out"
        )
    return cross_entropy(fake.aux["generator"].float(), fake.batch.code["generator"])
