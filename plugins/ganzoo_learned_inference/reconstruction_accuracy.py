"""How many reconstructions have the class of their original."""

from typing import ClassVar

import torch

from ganzoo import Data, Features, Metric, UsageError


class ReconstructionAccuracy(Metric):
    """Real samples x of the test split, and their reconstructions G(E(x)) by the encoder of the
    game, which a classifier of the data names.

    - ``reconstruction_accuracy``: the share of reconstructions with the class of their original, in
      [0, 1]; 1 / K if the encoder knows nothing of the class of K.
    - ``reconstruction_rms``: the root of the mean squared difference of the pixels in [0, 1].

    real: labelled images; the fakes are the reconstructions of the first of them, in their order.
    Raises UsageError for a game without an encoder.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {
        "reconstruction_accuracy": False,
        "reconstruction_rms": True,
    }
    min_samples: ClassVar[int] = 1
    reconstructs: ClassVar[bool] = True

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Data) -> None:
        if real.y is None or self.features.classes != real.classes or not real.discrete:
            raise UsageError(
                "The metric 'reconstruction-accuracy' needs labelled images and a classifier of "
                f"their classes; the data has {real.classes} classes, and the features "
                f"{self.features.name!r} have {self.features.classes}."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        count = min(len(real), len(fake))
        named = torch.cat([piece.argmax(1).cpu() for piece in self.features.logits(fake)])
        same = named[:count] == real.y[:count].cpu()
        white = (1 << real.depth) - 1
        difference = (real.x[:count].double() - fake.x[:count].double()) / white
        return {
            "reconstruction_accuracy": same.double().mean().item(),
            "reconstruction_rms": difference.square().mean().sqrt().item(),
        }
