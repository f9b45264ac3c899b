"""Counting the modes of stacked digits that a generator reaches."""

from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Features, Metric, Samples, UsageError
from ganzoo_modes.metrics import kl_to_uniform

CHANNELS = 3


class StackedModes(Metric):
    """PacGAN's protocol for stacked MNIST (arXiv:1712.04086, section 4.2): a classifier of digits
    reads each channel of 26,000 fakes, and the three digits name one of 1000 modes.

    - ``stacked_modes``: how many have at least one fake; 0 to 1000.
    - ``stacked_kl``: KL(p || uniform) in nats, where p is how the fakes are spread over the modes;
      0 to log 1000. Of 26,000 exact samples it is 999 / 52,000 = 0.019 on average.

    The classifier is of single digits, not of the stacks. It calls noise a digit, too, so read the
    pictures beside the count. Raises UsageError for anything but stacks of three images.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {"stacked_modes": False, "stacked_kl": True}
    fewest: ClassVar[int] = 1
    fakes: ClassVar[int] = 26_000
    features_of: ClassVar[str] = "mnist"  # whose classifier it is given

    def __init__(self, features: Features) -> None:
        self.features = features

    def check(self, real: Samples) -> None:
        modes = self.features.classes**CHANNELS
        if not real.discrete or real.x.shape[1] != CHANNELS or real.classes not in (0, modes):
            raise UsageError(
                "The metric 'stacked-modes' is for stacks of three digits, of which there are "
                f"{modes} classes, and these samples have the shape {tuple(real.x.shape[1:])} and "
                f"{real.classes} classes: use it with stacked-mnist."
            )

    def __call__(self, real: Samples, fake: Samples) -> dict[str, float]:
        self.check(real)
        if real.x.shape[1:] != fake.x.shape[1:] or not len(fake):
            raise UsageError(
                f"The metric 'stacked-modes' needs generated samples of the shape "
                f"{tuple(real.x.shape[1:])}; there are {len(fake)}, of {tuple(fake.x.shape[1:])}."
            )
        mode = torch.zeros(len(fake), dtype=torch.int64)
        for channel in range(CHANNELS):
            mode = mode * self.features.classes + self._digits(fake.x[:, channel : channel + 1])
        hits = mode.bincount(minlength=self.features.classes**CHANNELS)
        return {"stacked_modes": float((hits > 0).sum()), "stacked_kl": kl_to_uniform(hits)}

    def _digits(self, x: Tensor) -> Tensor:
        """What the images uint8 (N, 1, H, W) are told to be, int64 (N,)."""
        single = Samples(x.contiguous(), classes=self.features.classes)
        return torch.cat([piece.argmax(1).cpu() for piece in self.features.logits(single)])
