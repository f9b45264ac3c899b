"""Mirror images."""

import torch

from ganzoo import Batch, Share
from ganzoo_augmentations.images import ImageAugmentation


class Flip(ImageAugmentation):
    """Each image is mirrored left to right with probability p, independently: x (N, C, H, W) to
    (N, C, H, W) (arXiv:2006.06676, appendix B, the x-flip).

    The generator learns mirror images too, which suits photos and not digits.

    Args:
        p: the probability of a mirror image.
    """

    label = "flip"

    def __init__(self, p: Share = 0.5) -> None:
        super().__init__()
        self.p = p

    def forward(self, batch: Batch) -> Batch:
        x = batch.x
        mirrored = torch.rand(len(x), 1, 1, 1, device=x.device) < self.p
        return batch.replace(x=torch.where(mirrored, x.flip(3), x))
