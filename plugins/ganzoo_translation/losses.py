"""The distance of a fake to the real image that it should be (arXiv:1611.07004, equation 3)."""

from torch import Tensor

from ganzoo import Data, Game, Loss, Scores, UsageError, Weight


class PairedL1(Loss):
    """G also minimises weight * E |x - G(source)|, the mean over the pixels, where x is the real
    image with the same condition (arXiv:1611.07004, equations 3 and 4). D's loss is 0. It is added
    to another loss.

    Args:
        weight: lambda, for images in the range [-1, 1] of the paper.
    """

    g_needs_real = True

    def __init__(self, weight: Weight = 100.0) -> None:
        super().__init__()
        self.weight = weight

    def check(self, game: Game) -> None:
        if game.loss is self:
            raise UsageError(
                "The loss 'paired-l1' trains G alone: add it to another loss, as the recipe "
                "pix2pix does with --set extra_losses+=paired-l1"
            )
        if not (game.generator.takes or game.conditional):
            raise UsageError(
                "The loss 'paired-l1' compares a fake with the real sample that it should be, and "
                "this generator sees nothing of a real sample: leave it out, or choose a recipe "
                "that translates images, such as pix2pix"
            )

    def prepare(self, data: Data) -> None:
        if "source" in data.unpaired:
            raise UsageError(
                "The loss 'paired-l1' compares a translation with the image that it should be, and "
                "the images of this dataset are no pairs: give the two images of each pair the "
                "same name and add --set dataset.paired=true, or choose a recipe for images that "
                "are no pairs, such as cyclegan or cut"
            )

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return fake.score.new_zeros(())

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        assert real is not None
        return self.weight * (real.batch.tensor("x") - fake.batch.tensor("x")).abs().mean()

    def undecided(self) -> float:
        return 0.0

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        difference = real.batch.tensor("x") - fake.batch.tensor("x")
        return {"paired_l1": difference.abs().mean()}
