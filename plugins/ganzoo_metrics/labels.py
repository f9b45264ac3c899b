"""Whether the samples of a conditional generator are of the classes that they were drawn by."""

from typing import ClassVar

import torch

from ganzoo import Data, Features, Metric, UsageError
from ganzoo_metrics.checks import enough, logits, own_classifier


class LabelAccuracy(Metric):
    """The fakes of a conditional generator whose class, as predicted by a classifier of the data,
    is the label that they were drawn by.

    - ``label_accuracy``: the share of these fakes, in [0, 1].
    - ``worst_label``: the least such share among the fakes of one label, in [0, 1].

    The classifier is wrong for some real samples too: half a percent on MNIST. Raises UsageError if
    the features have not as many classes as the data, and for fakes without labels.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"label_accuracy": False, "worst_label": False}
    min_samples: ClassVar[int] = 1

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Data) -> None:
        own_classifier("label-accuracy", self.features, real)

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        enough("label-accuracy", self.min_samples, generated=fake)
        if fake.y is None:
            raise UsageError(
                "The metric 'label-accuracy' is for a conditional generator, and these samples "
                "were drawn without labels: train one such as cgan, or leave the metric out."
            )
        predicted = torch.cat([piece.argmax(1) for piece in logits(self.features, fake)])
        right = (predicted == fake.y.cpu()).double()
        by_label = [right[fake.y.cpu() == label].mean() for label in fake.y.unique()]
        return {
            "label_accuracy": right.mean().item(),
            "worst_label": torch.stack(by_label).min().item(),
        }
