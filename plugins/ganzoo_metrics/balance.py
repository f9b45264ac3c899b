"""The class shares of generated samples against the class shares of the data."""

from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric
from ganzoo_metrics.checks import enough, logits, own_classifier


class ClassBalance(Metric):
    """The class shares of the fakes against the class shares of the data. A classifier reads both:
    each sample counts for its predicted class, weighted by the predicted probability, so samples
    that look like no class count little.

    - ``class_distance``: the total variation distance between the shares of fakes and reals, in
      [0, 1]; around sqrt(K / N) / 2 for N fakes of the data's own distribution.
    - ``effective_classes``: exp(entropy) of the fakes' shares, from 1 to K.
    - ``missing_classes``: the number of classes whose share of the fakes is less than a tenth of
      their share of the data.
    - ``confidence``: the mean probability of a fake's predicted class, in [1/K, 1].

    A generator that has memorised one perfect image of each class is balanced. Raises UsageError if
    the features have not as many classes as the data.
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
        own_classifier("class-balance", self.features, real)

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
            confidence, predicted = piece.softmax(1).max(1)
            weights.index_add_(0, predicted, confidence)
        return weights / weights.sum(), weights.sum().item() / len(samples)
