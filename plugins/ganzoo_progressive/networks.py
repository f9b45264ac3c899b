"""The networks of arXiv:1710.10196, table 2, for images of any height and width from 8 pixels."""

import math
from itertools import pairwise
from typing import Any

from torch import Tensor, nn
from torch.nn.functional import interpolate

from ganzoo import (
    Count,
    Discriminator,
    Generator,
    Moment,
    Spec,
    UsageError,
    halving,
    level_widths,
)
from ganzoo_progressive.growth import BatchDeviation, Conv, Growing, Linear, PixelNorm

UNTIL = 0.6  # of a training: the networks are whole
HIDDEN = 512  # units of the last hidden layer of D (table 2)


class ProgressiveGenerator(Growing, Generator):
    """A map of the smallest size from z, then at each size an enlargement and two convolutions; a
    1 x 1 convolution at each size makes an image: (N, z_dim) -> (N, C, H, W) in [low, high]. While
    a level is faded in, the result is a weighted mean of its image and of the enlarged image of the
    level below it (arXiv:1710.10196, section 2).

    Args:
        width: channels at the image's own size; each smaller size has twice as many.
        channels_max: most channels.
        until: the moment of the training from which on the network is whole.
    """

    def __init__(
        self, spec: Spec, width: Count = 16, channels_max: Count = 128, until: Moment = UNTIL
    ) -> None:
        super().__init__(spec, until)
        widths = level_widths(len(self.sizes), width, channels_max)[::-1]
        start = (widths[0], *self.sizes[0])
        self.first = nn.Sequential(
            PixelNorm(),
            # the gain of the authors' code, which makes up for its tiny weights
            Linear(spec.z_dim, math.prod(start), gain=2**0.5 / 4),
            nn.Unflatten(1, start),
            nn.LeakyReLU(0.2),
            PixelNorm(),
            *_convolution(widths[0], widths[0]),
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                nn.Upsample(size, mode="nearest"),
                *_convolution(inputs, outputs),
                *_convolution(outputs, outputs),
            )
            for size, inputs, outputs in zip(self.sizes[1:], widths, widths[1:], strict=False)
        )
        self.images = nn.ModuleList(Conv(width, spec.shape[0], 1, gain=1) for width in widths)

    def forward(self, z: Tensor) -> Tensor:
        h = self.first(z)  # (N, widths[0], *sizes[0])
        x = self.images[0](h)
        for index, block in enumerate(self.blocks, start=1):
            below = interpolate(x, self.sizes[index], mode="nearest")
            if self.is_skipped(index):
                x = below
                continue
            h = block(h)  # (N, widths[index], *sizes[index])
            x = below + self.share(index) * (self.images[index](h) - below)
        return self.spec.ranged(x.tanh())


class ProgressiveDiscriminator(Growing, Discriminator):
    """The mirror image of the generator: at each size two convolutions and a halving; the deviation
    within the batch, a convolution and a fully connected layer give the score: (N, C, H, W) ->
    (N,). While a level is faded in, what it hands to the level below is a weighted mean of its maps
    and of the maps of the halved image (arXiv:1710.10196, figure 2).

    Args: as the generator's.
    """

    joint_batch = False  # the deviation is of real samples only, or of fakes only

    def __init__(
        self, spec: Spec, width: Count = 16, channels_max: Count = 128, until: Moment = UNTIL
    ) -> None:
        super().__init__(spec, until)
        widths = level_widths(len(self.sizes), width, channels_max)[::-1]
        self.halvings = nn.ModuleList(halving(size) for size in self.sizes[1:])
        self.images = nn.ModuleList(
            nn.Sequential(Conv(spec.shape[0], width, 1), nn.LeakyReLU(0.2)) for width in widths
        )
        self.blocks = nn.ModuleList(
            nn.Sequential(
                Conv(inputs, inputs, 3),
                nn.LeakyReLU(0.2),
                Conv(inputs, outputs, 3),
                nn.LeakyReLU(0.2),
            )
            for outputs, inputs in pairwise(widths)
        )
        self.last = nn.Sequential(
            BatchDeviation(),
            Conv(widths[0] + 1, widths[0], 3),
            nn.LeakyReLU(0.2),
            nn.Flatten(),
            Linear(widths[0] * math.prod(self.sizes[0]), HIDDEN),
            nn.LeakyReLU(0.2),
            Linear(HIDDEN, 1, gain=1),
        )

    def check(self, game: Any) -> None:
        super().check(game)
        other = getattr(game.generator, "until", self.until)
        if other != self.until:
            raise UsageError(
                f"generator.until is {other}, and discriminator.until is {self.until}: both "
                "networks must grow together."
            )

    def forward(self, x: Tensor) -> Tensor:
        x = self.spec.centred(x)
        h = self.images[-1](x)  # (N, width, H, W)
        for index in range(len(self.blocks), 0, -1):
            halve = self.halvings[index - 1]
            x = halve(x)  # the image, of sizes[index - 1]
            below = self.images[index - 1](x)
            if self.is_skipped(index):
                h = below
                continue
            h = below + self.share(index) * (halve(self.blocks[index - 1](h)) - below)
        return self.last(h).squeeze(1)  # (N, 1) -> (N,)


def _convolution(inputs: int, outputs: int) -> list[nn.Module]:
    return [Conv(inputs, outputs, 3), nn.LeakyReLU(0.2), PixelNorm()]
