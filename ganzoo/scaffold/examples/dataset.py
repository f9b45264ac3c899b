"""Pictures of bars."""

from pathlib import Path

import torch
from ganzoo import Count, Data, Dataset, Share, UsageError, register

SIZE = 16  # pixels per side


@register("dataset", "my-bars")
class Bars(Dataset):
    """White bars on black, 16 x 16 gray, vertical or horizontal.

    Vertical bars have the label 0, horizontal bars the label 1.

    Args:
        count: number of pictures in a split.
        density: share of the lines that are white.
    """

    def __init__(self, count: Count = 10_000, density: Share = 0.3) -> None:
        self.count, self.density = count, density

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return True  # the data is computed: no file in the data directory is needed

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"There is no split {split!r}. Splits: {self.splits}.")
        random = torch.Generator().manual_seed(self.splits.index(split))
        white = torch.rand(self.count, 1, 1, SIZE, generator=random) < self.density
        vertical = 255 * white.expand(-1, 1, SIZE, SIZE).to(torch.uint8)
        y = torch.randint(2, (self.count,), generator=random)
        horizontal = (y == 1).reshape(-1, 1, 1, 1)
        x = torch.where(horizontal, vertical.transpose(2, 3), vertical).contiguous()
        labels = ("vertical", "horizontal")
        return Data(x, y, classes=2, labels=labels, source="computed")
