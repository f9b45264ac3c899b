"""The inception score of generated samples."""

from collections.abc import Iterator
from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import at_least, classifier, enough, logits


class InceptionScore(Metric):
    """exp(E KL(p(y|x) || p(y))) over a classifier's p(y|x) (arXiv:1606.03498, section 4): from 1 to
    the number of classes, high if the classifier is sure of each sample and no class is rare.

    The score depends on the classifier: the literature has Inception; the default here is the
    dataset's own classifier, whose scores cannot be compared with the literature's. The score reads
    no real sample: a generator that has memorised one image of each class has the best score.

    - ``inception_score``: the mean over consecutive splits of the samples.
    - ``inception_score_std``: the standard deviation over the splits.

    Raises UsageError for fewer samples than splits, and for features without classes.

    Args:
        splits: number of parts into which the samples are split.
    """

    lower_is_better: ClassVar[dict[str, bool | None]] = {
        "inception_score": False,
        "inception_score_std": None,
    }
    default: ClassVar[bool] = False
    min_samples: int = 10

    def __init__(self, features: Features, splits: int = 10) -> None:
        self.features = features
        self.min_samples = self.splits = at_least("inception-score", "splits", splits, 1)

    def check(self, real: Data) -> None:
        classifier("inception-score", self.features)

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        enough("inception-score", self.splits, generated=fake)
        total = torch.zeros(self.splits, self.features.classes, dtype=torch.float64)  # of p(y|x)
        inner = torch.zeros(self.splits, dtype=torch.float64)  # of sum_y p(y|x) log p(y|x)
        for split, log_p in self._parts(fake):
            p = log_p.exp()
            total[split] += p.sum(0)
            inner[split] += (p * log_p).sum()
        count = total.sum(1)
        marginal = total / count[:, None]
        scores = (inner / count - torch.xlogy(marginal, marginal).sum(1)).exp()
        return {
            "inception_score": scores.mean().item(),
            "inception_score_std": scores.std(correction=0).item(),
        }

    def _parts(self, fake: Data) -> Iterator[tuple[int, Tensor]]:
        """log p(y|x) in pieces (n, classes), each of one split, with the number of the split."""
        ends = [(split + 1) * len(fake) // self.splits for split in range(self.splits)]
        split = seen = 0
        for piece in logits(self.features, fake):
            log_p = piece.log_softmax(1)
            while len(log_p):
                part, log_p = log_p[: ends[split] - seen], log_p[ends[split] - seen :]
                yield split, part
                seen += len(part)
                split += seen == ends[split]
