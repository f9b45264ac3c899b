"""Statistics of the channels of an image."""

from collections.abc import Iterator

import torch
from ganzoo import Data, Features, UsageError, register


@register("features", "my-statistics")
class Statistics(Features):
    """Mean and standard deviation of each channel, of pixels in [0, 1] (no paper)."""

    name, fingerprint = "statistics", ""

    def __init__(self, train: Data) -> None:
        self.dim = 2 * train.x.shape[1]

    def check(self, train: Data) -> None:
        if train.x.ndim != 4:
            raise UsageError("These features are for images.")

    def vectors(self, samples: Data) -> Iterator[torch.Tensor]:
        for piece in samples.x.split(500):
            x = piece.flatten(2).float() / 255  # (n, C, H * W)
            yield torch.cat([x.mean(2), x.std(2)], 1).cpu()

    def logits(self, samples: Data) -> Iterator[torch.Tensor]:
        return iter(())
