"""The networks of arXiv:2501.05441, section 3, for images of any height and width from 8 pixels.

No layer normalises. The residual branches start at 0 and their other layers are scaled by the
number of branches, so that the variance stays bounded (Fixup, arXiv:1901.09321, section 3).
"""

import math
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo import Count, Discriminator, Generator, Spec, UsageError, halving, level_widths

SLOPE = 0.2
GAIN = math.sqrt(2 / (1 + SLOPE**2))  # keeps the variance through the rectifier


class Residual(nn.Module):
    """x + a branch that widens, convolves in groups, and narrows: (N, C, H, W) to the same shape
    (arXiv:2501.05441, section 3; scaled as in arXiv:1901.09321, section 3).

    ``branches``: residual branches in the network. ``start``: initial gain of the last layer.
    """

    def __init__(
        self, channels: int, expansion: int, group: int, branches: int, start: float = 0.0
    ) -> None:
        super().__init__()
        inner = channels * expansion
        if inner > group and inner % group:
            raise UsageError(
                f"r3gan's {channels} x {expansion} inner channels cannot be divided into groups of "
                f"{group}: choose a width that is a multiple of the group."
            )
        self.widen = nn.Conv2d(channels, inner, 1)
        self.convolve = nn.Conv2d(inner, inner, 3, padding=1, groups=max(inner // group, 1))
        self.narrow = nn.Conv2d(inner, channels, 1, bias=False)
        for layer in (self.widen, self.convolve):
            _initialise(layer, GAIN * branches**-0.25)
        _initialise(self.narrow, start)

    def forward(self, x: Tensor) -> Tensor:
        inner = F.leaky_relu(self.widen(x), SLOPE)  # (N, C * expansion, H, W)
        inner = F.leaky_relu(self.convolve(inner), SLOPE)  # the same shape
        return x + self.narrow(inner)  # (N, C, H, W)


class R3GANGenerator(Generator):
    """z weighs the channels of a small learned map, which residual blocks refine and bilinear
    interpolation enlarges to the image: (N, z_dim) -> (N, C, H, W) in [low, high]. The output of
    the paper's generator is not squashed, and may leave this range.

    Args:
        width: channels at the image's own size.
        growth: how many times more at half that size, and so on.
        channels_max: most channels.
        blocks: residual blocks at each size.
        expansion: how much wider a block's branch is.
        group: channels in each group of a block's 3 x 3 convolution.
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 32,
        growth: Count = 2,
        channels_max: Count = 768,
        blocks: Count = 2,
        expansion: Count = 2,
        group: Count = 16,
    ) -> None:
        super().__init__(spec)
        sizes = _sizes(spec)[::-1]
        widths = level_widths(len(sizes), width, channels_max, growth)[::-1]
        self.basis = nn.Parameter(torch.randn(widths[0], *sizes[0]))
        self.weigh = nn.Linear(spec.z_dim, widths[0], bias=False)
        _initialise(self.weigh, 1.0)
        self.body = nn.Sequential(*self._layers(sizes, widths, blocks, expansion, group))
        self.last = nn.Conv2d(width, spec.shape[0], 1)
        _initialise(self.last, 1.0)

    @staticmethod
    def _layers(
        sizes: Sequence[tuple[int, int]],
        widths: list[int],
        blocks: int,
        expansion: int,
        group: int,
    ) -> Iterator[nn.Module]:
        for index, channels in enumerate(widths):
            if index:
                yield _initialise(nn.Conv2d(widths[index - 1], channels, 1, bias=False), 1.0)
                yield nn.Upsample(sizes[index], mode="bilinear")
            for _ in range(blocks):
                yield Residual(channels, expansion, group, blocks * len(widths))

    def forward(self, z: Tensor) -> Tensor:
        x = self.basis * self.weigh(z)[:, :, None, None]  # (N, C', h, w) of the smallest map
        x = self.last(self.body(x))  # (N, C, H, W), any real number
        return self.spec.ranged(x.tanh())


class R3GANDiscriminator(Discriminator):
    """Residual blocks and halvings down to a small map; a weighted sum of each channel, and a
    weighted sum of these sums is the score: (N, C, H, W) -> (N,).

    Args:
        width: channels at the image's own size.
        growth: how many times more at half that size, and so on.
        channels_max: most channels.
        blocks: residual blocks at each size.
        expansion: how much wider a block's branch is.
        group: channels in each group of a block's 3 x 3 convolution.
        spectral_norm: divide each layer's weights by their largest singular value
            (arXiv:1802.05957, section 2.1).
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 32,
        growth: Count = 2,
        channels_max: Count = 768,
        blocks: Count = 2,
        expansion: Count = 2,
        group: Count = 16,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        sizes = _sizes(spec)
        widths = level_widths(len(sizes), width, channels_max, growth)
        self.first = _initialise(nn.Conv2d(spec.shape[0], width, 1), 1.0)
        start = float(spectral_norm)  # a spectral norm of 0 cannot divide weights
        self.body = nn.Sequential(*self._layers(sizes, widths, blocks, expansion, group, start))
        self.weigh = _initialise(
            nn.Conv2d(widths[-1], widths[-1], sizes[-1], groups=widths[-1]), 1.0
        )
        self.last = _initialise(nn.Linear(widths[-1], 1, bias=False), 1.0)
        if spectral_norm:
            self.apply_spectral_norm()

    @staticmethod
    def _layers(
        sizes: Sequence[tuple[int, int]],
        widths: list[int],
        blocks: int,
        expansion: int,
        group: int,
        start: float,
    ) -> Iterator[nn.Module]:
        for index, channels in enumerate(widths):
            if index:
                yield halving(sizes[index - 1])
                yield _initialise(nn.Conv2d(widths[index - 1], channels, 1, bias=False), 1.0)
            for _ in range(blocks):
                yield Residual(channels, expansion, group, blocks * len(widths), start)

    def forward(self, x: Tensor) -> Tensor:
        x = self.spec.centred(x)
        x = self.body(self.first(x))  # (N, C, H, W) -> (N, C', h, w)
        # As a product: torch computes the second gradient of self.weigh(x) channel by channel.
        x = (x * self.weigh.weight[:, 0]).sum((2, 3)) + self.weigh.bias  # (N, C')
        return self.last(x).squeeze(1)  # (N, 1) -> (N,)


def _initialise(layer: nn.Module, gain: float) -> nn.Module:
    """Weights from N(0, gain² / fan-in), biases 0."""
    nn.init.normal_(layer.weight, 0.0, gain / math.sqrt(layer.weight[0].numel()))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def _sizes(spec: Spec) -> list[tuple[int, int]]:
    """The (height, width) of the maps, down to one whose shorter side has 3 to 5 pixels, where one
    3 x 3 convolution sees the whole image. The paper's smallest map has 4 x 4."""
    sizes = list(spec.pyramid())
    height, width = sizes[-1]
    if min(height, width) > 5:
        sizes.append((height // 2, width // 2))
    return sizes
