"""The discriminator of arXiv:1912.04958, for images of any height and width from 8 pixels."""

import copy
import math
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from ganzoo import Count, Discriminator, Spec, UsageError, level_widths
from ganzoo_stylegan2.layers import Conv, Linear, activated
from ganzoo_stylegan2.resampling import Blur

LEAST = 0.1  # deviation of the weights of a layer, which starts at 1


class Residual(nn.Module):
    """Two convolutions, the second of which halves the map, plus the halved map itself, divided by
    sqrt(2) (arXiv:1912.04958, figure 7 c): (N, inputs, H, W) to (N, outputs, H // 2, W // 2)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = Conv(inputs, inputs, 3)
        self.second = Conv(inputs, outputs, 3, down=True)
        self.halve = Blur(inputs, pad=1, stride=2)
        self.skip = Conv(inputs, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        branch = activated(self.second(activated(self.first(x))))
        return (branch + self.skip(self.halve(x))) / math.sqrt(2)


class BatchDeviation(nn.Module):
    """A further channel with the standard deviation within a group of samples, the mean over all
    channels and pixels (arXiv:1710.10196, section 3): (N, C, h, w) to (N, C + 1, h, w). It shows D
    how varied the samples are.

    group: samples of a group; where the batch is not a multiple of it, the next smaller number of
    which it is one.
    """

    def __init__(self, group: int) -> None:
        super().__init__()
        self.group = group

    def forward(self, x: Tensor) -> Tensor:
        n, _, height, width = x.shape
        group = next(size for size in range(min(self.group, n), 0, -1) if n % size == 0)
        apart = x.reshape(group, n // group, -1)
        variance = (apart - apart.mean(0)).square().mean(0)
        deviation = (variance + 1e-8).sqrt().mean(1)  # (groups,)
        deviation = deviation.repeat(group)[:, None, None, None]
        return torch.cat((x, deviation.expand(n, 1, height, width)), 1)


class StyleGAN2Discriminator(Discriminator):
    """Residual blocks down to a small map, the deviation within the batch, and two fully connected
    layers: (N, C, H, W) -> (N,) (arXiv:1912.04958, section 4.1 and figure 7 c).

    Args:
        width: channels at the image's own size; at half that size twice as many, and so on.
        channels_max: most channels.
        group: samples among which the deviation is computed; 1 leaves it out.
        labels: whether the score is the product with a vector of the label, a projection
            (arXiv:1802.05637, section 3).
    """

    joint_batch = False  # the deviation is that of samples of one kind

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        channels_max: Count = 512,
        group: Count = 4,
        labels: bool = False,
    ) -> None:
        super().__init__(spec)
        self.takes = ("y",) if labels else ()
        sizes = spec.pyramid()
        widths = level_widths(len(sizes), width, channels_max)
        self.first = Conv(spec.shape[0], widths[0], 1)
        self.body = nn.Sequential(*(Residual(a, b) for a, b in pairwise(widths)))
        last = widths[-1]
        self.deviation = BatchDeviation(group) if group > 1 else nn.Identity()
        self.convolve = Conv(last + (group > 1), last, 3)
        self.dense = Linear(last * math.prod(sizes[-1]), last)
        self.score = Linear(last, last if labels else 1)
        if labels:
            self.label = nn.Embedding(spec.classes, last)  # from N(0, 1)

    def check(self, game: Any) -> None:
        super().check(game)
        layer = copy.deepcopy(self.dense)
        for penalty in game.penalties:
            if penalty.player == "d":
                with torch.no_grad():
                    penalty.project(layer)
        if layer.weight.std() < LEAST:
            raise UsageError(
                "The weights of the discriminator 'stylegan2' have the deviation 1, and are scaled "
                "in each pass; a penalty of this game makes them so small that no gradient is "
                "left: leave it out, or raise its limit (penalties.weight-clip.limit=1)"
            )

    def forward(self, x: Tensor, y: Tensor | None = None) -> Tensor:
        x = self.spec.centred(x)
        x = self.body(activated(self.first(x)))  # (N, C', h, w)
        x = activated(self.convolve(self.deviation(x)))
        x = self.score(activated(self.dense(x.flatten(1))))  # (N, 1), or (N, C') with labels
        if y is None:
            return x.squeeze(1)
        return (x * self.label(y)).sum(1) / math.sqrt(x.shape[1])
