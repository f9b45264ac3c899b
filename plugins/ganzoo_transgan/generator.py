"""The generator of arXiv:2102.07074, for images of any height and width from 8 pixels."""

import math
from itertools import pairwise

from torch import Tensor, nn

from ganzoo import Count, Generator, Spec, level_widths
from ganzoo_transgan.layers import TokenNorm, initialise, stage


class Doubling(nn.Module):
    """An enlargement by a bicubic function, to other channels: (N, h, w, inputs) to (N, *size,
    outputs). The linear layer comes first, which is the same function and less work."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        self.size = size
        self.change = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        x = self.change(x).permute(0, 3, 1, 2)
        x = nn.functional.interpolate(x, self.size, mode="bicubic")
        return x.permute(0, 2, 3, 1)


class TransGANGenerator(Generator):
    """A linear layer makes a small map of tokens from z. At each size follow blocks of a
    transformer, and the map is enlarged: (N, z_dim) -> (N, C, H, W) in [low, high]
    (arXiv:2102.07074, section 3.2).

    Args:
        width: channels at the image's own size; each smaller size has four times as many.
        channels_max: most channels.
        blocks: of the transformer at the smallest size; one less at each larger size, at least 1.
        head: channels of one head of the attention.
        grid: pixels on a side of the windows of the attention; larger maps are split
            (arXiv:2102.07074, section 3.4).
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 16,
        channels_max: Count = 128,
        blocks: Count = 2,
        head: Count = 16,
        grid: Count = 8,
    ) -> None:
        super().__init__(spec)
        sizes = spec.pyramid()[::-1]
        widths = level_widths(len(sizes), width, channels_max, growth=4)[::-1]
        self.first = nn.Sequential(
            nn.Linear(spec.z_dim, math.prod(sizes[0]) * widths[0]),
            nn.Unflatten(1, (*sizes[0], widths[0])),
        )
        self.stages = nn.ModuleList(
            stage(channels, size, max(1, blocks - level), head, grid)
            for level, (channels, size) in enumerate(zip(widths, sizes, strict=True))
        )
        self.doublings = nn.ModuleList(
            Doubling(*pair, size) for pair, size in zip(pairwise(widths), sizes[1:], strict=True)
        )
        self.last = nn.Sequential(TokenNorm(), nn.Linear(widths[-1], spec.shape[0]))
        initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        x = self.stages[0](self.first(z))  # (N, h, w, C')
        for double, blocks in zip(self.doublings, self.stages[1:], strict=True):
            x = blocks(double(x))
        x = self.last(x).permute(0, 3, 1, 2)  # (N, C, H, W), any real number
        return self.spec.ranged(x.tanh())
