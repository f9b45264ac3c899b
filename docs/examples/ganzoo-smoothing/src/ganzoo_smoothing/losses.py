"""One-sided label smoothing, from logits."""

from ganzoo import Loss, Scores, Share
from torch import Tensor
from torch.nn.functional import softplus


class OneSided(Loss):
    """D's target is 1 - smoothing for real samples, and 0 for fakes.

    With logit s and target t the cross-entropy is softplus(s) - t s, which for
    t = 1 - smoothing is softplus(-s) + smoothing s: finite for any s.
    Against a perfect generator the optimal D is (1 - smoothing) / 2
    (arXiv:1606.03498, section 3.4). G's loss is non-saturating.

    Args:
        smoothing: subtracted from the target for real samples.
    """

    def __init__(self, smoothing: Share = 0.1) -> None:
        super().__init__()
        self.smoothing = smoothing

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        on_real = softplus(-real.score) + self.smoothing * real.score
        return on_real.mean() + softplus(fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return softplus(-fake.score).mean()

    def probability(self, score: Tensor) -> Tensor:
        return score.sigmoid()
