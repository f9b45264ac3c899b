"""The classes of generated samples against those of the data."""

from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric, UsageError
from ganzoo_metrics.checks import classifier, enough, logits


class ClassBalance(Metric):
    """Which classes the fakes belong to, and whether the data's shares are kept. A classifier reads
    both: each sample counts for the class that it is told to be, weighed by the confidence with
    which it is, so what looks like nothing counts for little.

    - ``class_distance``: the total variation distance between the shares of fakes and reals, in
      [0, 1]; around sqrt(K / N) / 2 for N fakes of the data's own distribution.
    - ``effective_classes``: exp(entropy) of the fakes' shares, from 1 to K.
    - ``missing_classes``: how many of the data's classes have less than a tenth of their share.
    - ``confidence``: the mean probability of the class that a fake is told to be, in [1/K, 1].

    A generator that keeps one perfect image of each class is balanced. Raises UsageError where the
    features do not tell as many classes apart as the data has.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {
        "class_distance": True,
        "effective_classes": False,
        "missing_classes": True,
        "confidence": False,
    }
    min_samples: ClassVar[int] = 2

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Data) -> None:
        classifier("class-balance", self.features)
        if self.features.classes != real.classes:
            raise UsageError(
                f"The metric 'class-balance' counts the data's own {real.classes} classes, and the "
                f"features {self.features.name!r} tell {self.features.classes} apart: it needs the "
                "classifier of labelled data."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        enough("class-balance", self.min_samples, real=real, generated=fake)
        expected, _ = self._shares(real)
        shares, confidence = self._shares(fake)
        return {
            "class_distance": (shares - expected).abs().sum().item() / 2,
            "effective_classes": (-torch.xlogy(shares, shares).sum()).exp().item(),
            "missing_classes": float((shares < expected / 10).sum()),
            "confidence": confidence,
        }

    def _shares(self, samples: Data) -> tuple[Tensor, float]:
        """The share of each class, float64 (K,), and the mean confidence."""
        weights = torch.zeros(self.features.classes, dtype=torch.float64)
        for piece in logits(self.features, samples):
            confidence, told = piece.softmax(1).max(1)
            weights.index_add_(0, told, confidence)
        return weights / weights.sum(), weights.sum().item() / len(samples)
