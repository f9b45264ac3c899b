"""The discriminator of arXiv:2102.07074, for images of any height and width from 8 pixels."""

import math

import torch
from torch import Tensor, nn

from ganzoo import Count, Discriminator, Spec, halving, level_widths
from ganzoo_transgan.layers import HIDDEN, TokenNorm, initialise, stage


class Patches(nn.Module):
    """A linear function of each patch of an image: (N, C, H, W) to (N, *count, channels). The
    patches overlap where a side is no multiple of ``count``, so that no pixel is left out."""

    def __init__(self, shape: tuple[int, ...], count: tuple[int, int], channels: int) -> None:
        super().__init__()
        steps = [side // n for side, n in zip(shape[1:], count, strict=True)]
        sides = [
            side - (n - 1) * step for side, n, step in zip(shape[1:], count, steps, strict=True)
        ]
        self.embed = nn.Conv2d(shape[0], channels, tuple(sides), tuple(steps))

    def forward(self, x: Tensor) -> Tensor:
        return self.embed(x).permute(0, 2, 3, 1)


class TransGANDiscriminator(Discriminator):
    """Blocks of a transformer at half of the image's size, at a quarter, and so on: (N, C, H, W) ->
    (N,). A token is of a patch of 2 x 2 pixels at first. The map of a smaller size is the halved
    map before it, beside as many channels that are made of larger patches of the image, of 4 x 4
    pixels and so on. A perceptron with one hidden layer computes the score from all
    last tokens at once (arXiv:2102.07074, section 3.3).

    Args:
        width: channels at half of the image's size; each smaller size has twice as many.
        blocks: of the transformer at the smallest size; one less at each larger size, at least 1.
        head: channels of one head of the attention.
        grid: pixels on a side of the windows of the attention; larger maps are split
            (arXiv:2102.07074, section 3.4).
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        blocks: Count = 2,
        head: Count = 16,
        grid: Count = 8,
    ) -> None:
        super().__init__(spec)
        sizes = spec.pyramid()[1:]
        widths = level_widths(len(sizes), width)
        own = [width, *widths[:-1]]  # channels of the patches, beside those of the map before
        self.patches = nn.ModuleList(
            Patches(spec.shape, size, channels) for size, channels in zip(sizes, own, strict=True)
        )
        self.stages = nn.ModuleList(
            stage(channels, size, max(1, blocks + 1 + level - len(sizes)), head, grid)
            for level, (channels, size) in enumerate(zip(widths, sizes, strict=True))
        )
        self.halvings = nn.ModuleList(halving(size) for size in sizes[:-1])
        # With the mean of the tokens, each part of the samples was a part of a digit, and no sample
        # was a whole digit: D scored parts.
        hidden = HIDDEN * widths[-1]
        self.score = nn.Sequential(
            TokenNorm(),
            nn.Flatten(),
            nn.Linear(math.prod(sizes[-1]) * widths[-1], hidden),
            nn.GELU(),
            nn.Linear(hidden, 1),
        )
        initialise(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.spec.centred(x)
        tokens = self.stages[0](self.patches[0](x))  # (N, H / 2, W / 2, width)
        for halve, patches, blocks in zip(
            self.halvings, self.patches[1:], self.stages[1:], strict=True
        ):
            halved = halve(tokens.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
            tokens = blocks(torch.cat((halved, patches(x)), 3))
        return self.score(tokens).squeeze(1)
