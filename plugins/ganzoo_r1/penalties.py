"""The two penalties of arXiv:1801.04406, section 4.1."""

from typing import Any

from torch import Tensor

from ganzoo import Count, Penalty, PixelWeight, Scores


class R1(Penalty):
    """gamma / 2 * E|grad_x D(x)|² over the data (arXiv:1801.04406, equation 9).

    Args:
        gamma: weight of the penalty. The best weight grows with the number of pixels, and with
            1 / batch size (arXiv:2006.06676, appendix C).
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
        by_size: multiply gamma by the number of pixels of an image, and divide it by the batch
            size: with a gamma of 2e-4 the rule of arXiv:2006.06676, appendix C.
    """

    needs_gradient = True

    def __init__(
        self, gamma: PixelWeight = 10.0, interval: Count = 1, by_size: bool = False
    ) -> None:
        super().__init__()
        self.gamma, self.interval, self.by_size = gamma, interval, by_size

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return self._weighted(real, game)

    def _weighted(self, scores: Scores, game: Any) -> Tensor:
        gradient = self.gradient(scores.score, scores.batch.x)
        return self.weight(game) / 2 * gradient.square().sum(1).mean()

    def weight(self, game: Any) -> Any:
        """gamma, or with ``by_size`` the gamma of the size and the batch of the game."""
        if not self.by_size:
            return self.gamma
        spec = game.spec
        pixels = spec.size // spec.shape[0] if spec.image else spec.size
        return self.gamma * pixels / game.batch_size


class R2(R1):
    """gamma / 2 * E|grad_x D(x)|² over the fakes (arXiv:1801.04406, equation 10).

    Args:
        gamma: weight of the penalty. The best weight grows with the number of pixels, and with
            1 / batch size (arXiv:2006.06676, appendix C).
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
        by_size: multiply gamma by the number of pixels of an image, and divide it by the batch
            size: with a gamma of 2e-4 the rule of arXiv:2006.06676, appendix C.
    """

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        return self._weighted(fake, game)
