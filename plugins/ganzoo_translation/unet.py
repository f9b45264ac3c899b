"""The generator of pix2pix (arXiv:1611.07004, section 3.2.1 and appendix 6.1.1)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganzoo import Count, Data, Generator, NotNegative, Spec, doubling, level_widths
from ganzoo_translation.layers import (
    Size,
    check_source,
    down,
    halved_sizes,
    image_size,
    initialise,
)

LEAST = 4  # pixels: a map with a shorter side is not halved


class Decoding(nn.Module):
    """A map of twice the size, beside the encoder's map of this ``size``, (H, W): (N, inputs, h, w)
    and (N, C, H, W) to (N, outputs + C, H, W)."""

    def __init__(self, inputs: int, outputs: int, size: Size) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.ReLU(), doubling(inputs, outputs, size, bias=False), nn.BatchNorm2d(outputs)
        )

    def forward(self, x: Tensor, skipped: Tensor, mask: Tensor | None) -> Tensor:
        x = self.body(x)
        return torch.cat([x if mask is None else x * mask, skipped], 1)


class UNet(Generator):
    """An encoder of halvings and a decoder of doublings, with a connection between maps of equal
    size: z (N, z_dim) and ``source`` (N, C, H, W) -> (N, C, H, W) in [low, high].

    The noise is dropout, in the first levels of the decoder, in a training and afterwards. z has
    the masks: a channel is dropped, or doubled, by the sign of one of the numbers of z, taken in
    turn. So z decides about a sample, and the prior ``bernoulli`` gives dropout of the rate 1/2.

    Args:
        width: channels after the first halving; each further halving has twice as many.
        channels_max: most channels.
        halvings: most halvings; a map with a side below 4 pixels is not halved in any case.
        dropout_levels: levels of the decoder with dropout, from the smallest map on; never the
            last one.
    """

    takes = ("source",)

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        channels_max: Count = 512,
        halvings: Count = 8,
        dropout_levels: NotNegative = 3,
    ) -> None:
        super().__init__(spec)
        sizes = halved_sizes(image_size(spec), LEAST, halvings)
        channels = level_widths(len(sizes) - 1, width, channels_max)
        self.first = down(spec.shape[0], width, bias=True)
        self.encoder = nn.ModuleList(
            nn.Sequential(nn.LeakyReLU(0.2), down(*pair, bias=False), nn.BatchNorm2d(pair[1]))
            for pair in pairwise(channels)
        )
        inner, self.decoder = channels[-1], nn.ModuleList()
        for level in range(len(channels) - 1, 0, -1):
            outputs = channels[level - 1]
            self.decoder.append(Decoding(inner, outputs, sizes[level]))
            inner = 2 * outputs
        self.last = nn.Sequential(nn.ReLU(), doubling(inner, spec.shape[0], sizes[0]), nn.Tanh())
        self.dropped = channels[:-1][::-1][: int(dropout_levels)]
        initialise(self)

    def prepare(self, data: Data) -> None:
        check_source(data)

    def forward(self, z: Tensor, source: Tensor) -> Tensor:
        maps = [self.first(self.spec.centred(source))]
        for level in self.encoder:
            maps.append(level(maps[-1]))
        masks = self.masks(z)
        x = maps.pop()
        for level, skipped in zip(self.decoder, reversed(maps), strict=True):
            x = level(x, skipped, next(masks, None))
        return self.spec.ranged(self.last(x))

    def masks(self, z: Tensor):
        """The masks of the levels with dropout, 0 or 2: (N, channels, 1, 1) each."""
        used = 0
        for channels in self.dropped:
            chosen = torch.arange(used, used + channels, device=z.device) % z.shape[1]
            yield 2 * (z[:, chosen] > 0)[:, :, None, None].to(z.dtype)
            used += channels
