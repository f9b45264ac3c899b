"""Counting the modes of stacked digits that a generator reaches."""

from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Features, Metric, UsageError
from ganzoo_modes.metrics import kl_to_uniform

CHANNELS, DIGITS = 3, 10


class StackedModes(Metric):
    """PacGAN's protocol for stacked MNIST (arXiv:1712.04086, section 4.2): a classifier of digits
    reads each channel of 26,000 fakes, and the three digits name one of 1000 modes.

    - ``stacked_modes``: the number of modes with at least one fake; 0 to 1000.
    - ``stacked_kl``: KL(p || uniform) in nats, where p is the distribution of the fakes over the
      modes; 0 to log 1000. For 26,000 exact samples it is 999 / 52,000 = 0.019 on average.

    The classifier is trained on single digits, not on stacks. It also takes noise for a digit, so
    look at the pictures, too. Raises UsageError for anything but stacks of three images.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"stacked_modes": False, "stacked_kl": True}
    min_samples: ClassVar[int] = 1
    num_fakes: ClassVar[int] = 26_000
    features_of: ClassVar[str] = "mnist"  # the dataset of the classifier

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Data) -> None:
        shape = tuple(real.x.shape[1:])
        if not real.discrete or shape[0] != CHANNELS or real.classes != DIGITS**CHANNELS:
            raise UsageError(
                "The metric 'stacked-modes' is for stacks of three digits, in 1000 classes, and "
                f"these samples have the shape {shape} and {real.classes} classes: use it with "
                "stacked-mnist."
            )
        if self.features.classes != DIGITS:
            raise UsageError(
                "The metric 'stacked-modes' needs the classifier of single digits, and the "
                f"features {self.features.name!r} have {self.features.classes} classes."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        if real.x.shape[1:] != fake.x.shape[1:] or not len(fake):
            raise UsageError(
                f"The metric 'stacked-modes' needs generated samples of the shape "
                f"{tuple(real.x.shape[1:])}; there are {len(fake)}, of {tuple(fake.x.shape[1:])}."
            )
        mode = torch.zeros(len(fake), dtype=torch.int64)
        for channel in range(CHANNELS):
            mode = mode * DIGITS + self._digits(fake.x[:, channel : channel + 1])
        hits = mode.bincount(minlength=DIGITS**CHANNELS)
        return {"stacked_modes": float((hits > 0).sum()), "stacked_kl": kl_to_uniform(hits)}

    def _digits(self, x: Tensor) -> Tensor:
        """The predicted digits, int64 (N,), of the images uint8 (N, 1, H, W)."""
        single = Data(x.contiguous(), classes=DIGITS)
        return torch.cat([piece.argmax(1).cpu() for piece in self.features.logits(single)])
