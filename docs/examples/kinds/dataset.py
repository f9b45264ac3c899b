"""Pictures of bars."""

from pathlib import Path

import torch
from ganzoo import Data, Dataset, UsageError, register

SIZE = 16  # pixels a side


@register("dataset", "my-bars")
class Bars(Dataset):
    """White bars on black, 16 x 16 gray: upright (label 0) or lying (label 1).

    Args:
        count: how many pictures a split has.
        density: share of the lines that are white.
    """

    def __init__(self, count: int = 10_000, density: float = 0.3) -> None:
        if count < 1 or not 0 <= density <= 1:
            raise UsageError("dataset.count must be positive, density between 0 and 1.")
        self.count, self.density = count, density

    @classmethod
    def is_available(cls, root: Path) -> bool:
        return True  # it is computed: nothing has to lie in the data directory

    def load(self, root: Path, split: str) -> Data:
        if split not in self.splits:
            raise UsageError(f"my-bars has no split {split!r}: it has {self.splits}.")
        random = torch.Generator().manual_seed(self.splits.index(split))
        white = torch.rand(self.count, 1, 1, SIZE, generator=random) < self.density
        upright = 255 * white.expand(-1, 1, SIZE, SIZE).to(torch.uint8)
        y = torch.randint(2, (self.count,), generator=random)
        lying = (y == 1).reshape(-1, 1, 1, 1)
        x = torch.where(lying, upright.transpose(2, 3), upright).contiguous()
        return Data(x, y, classes=2, labels=("upright", "lying"), source="computed")
