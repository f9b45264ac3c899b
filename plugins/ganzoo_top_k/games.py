"""The rule of arXiv:2002.06224, which is stacked on any game."""

from typing import Annotated, Any

from msgspec import Meta
from torch import Tensor

from ganzoo import Game, Scheduled, Scores

Kept = Annotated[Scheduled, Meta(gt=0, le=1)]


class TopK(Game):
    """G's loss is computed on the k fakes of a batch with the highest scores (arXiv:2002.06224).
    The others, which D is sure of, have gradients that often lead G away from the data.

    It is added to a recipe's game: ``--set 'game+=["top-k"]'``. Where G's loss reads as many real
    samples as fakes, it reads the k real samples in the places of these fakes.

    Args:
        share: k as a share of the batch, rounded, 1 at least. In the paper k starts at the size of
            the batch and falls by 1 % an epoch, to one half or three quarters of it: a schedule.
            A game with a scheduled share is not captured as a CUDA graph.
    """

    def __init__(self, *given: Any, share: Kept = 0.75, **options: Any) -> None:
        super().__init__(*given, **options)
        self.share = share

    @property
    def capturable(self) -> bool:
        return "share" not in self.schedules and super().capturable

    def g_loss(self, real: Scores | None, fake: Scores) -> Tensor:
        count = len(fake.score)
        k = max(1, round(float(self.share) * count))
        if k == count:
            return super().g_loss(real, fake)
        quality = fake.score.detach().reshape(count, -1).mean(1)  # of patches, their mean
        best = quality.topk(k).indices
        if real is not None and len(real.score) == count:
            real = rows(real, best)
        return super().g_loss(real, rows(fake, best))


def rows(scores: Scores, index: Tensor) -> Scores:
    """The scores of some samples. The batch stays whole where a score is of several samples."""
    whole = len(scores.batch) != len(scores.score)
    return Scores(
        scores.score[index],
        scores.batch if whole else scores.batch[index],
        {name: tensor[index] for name, tensor in scores.aux.items()},
    )
