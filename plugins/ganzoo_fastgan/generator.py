"""The generator of arXiv:2101.04775, for images of any height and width from 8 pixels."""

import math

from torch import Tensor, nn

from ganzoo import Count, Generator, Spec, level_widths
from ganzoo_fastgan.layers import GLU, doubling

POOLED = 4  # pixels: the side of the map from which an excitation is computed


class SkipExcitation(nn.Module):
    """Skip-layer excitation: a small map weighs each channel of a large one, by a number from 0 to
    1 (arXiv:2101.04775, section 3.1, equation 1).

    The small map (N, inputs, h, w) is averaged to 4 x 4 pixels, which one convolution reduces to 1;
    a leaky rectifier, a 1 x 1 convolution and a sigmoid give the weights of the ``outputs``
    channels of the large map.
    """

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__()
        steps = [side // POOLED for side in size]
        # The windows overlap where the side is no multiple of 4, so that no pixel is left out.
        windows = [side - (POOLED - 1) * step for side, step in zip(size, steps, strict=True)]
        self.weigh = nn.Sequential(
            nn.AvgPool2d(tuple(windows), tuple(steps)),
            nn.Conv2d(inputs, outputs, POOLED),
            nn.LeakyReLU(0.1),
            nn.Conv2d(outputs, outputs, 1),
            nn.Sigmoid(),
        )

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        return large * self.weigh(small)  # (N, outputs, H, W) * (N, outputs, 1, 1)


class FastGANGenerator(Generator):
    """z becomes a small map of many channels, which is doubled to the image's size by one
    convolution at each size. A map is weighed by the map of ``skip`` doublings before it:
    (N, z_dim) -> (N, C, H, W) in [low, high] (arXiv:2101.04775, section 3.1 and figure 3).

    Args:
        width: channels at the image's own size; each smaller size has twice as many.
        channels_max: most channels.
        skip: doublings between a map and the map that it weighs; fewer where the image is so small
            that there are fewer.
        noise: add noise to each map, with a learned weight (arXiv:1812.04948, section 3.1): in
            training it is new for each sample, in evaluation it is the same for all samples.
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 32,
        channels_max: Count = 1024,
        skip: Count = 4,
        noise: bool = True,
    ) -> None:
        super().__init__(spec)
        sizes = spec.pyramid()[::-1]
        channels = level_widths(len(sizes), width, channels_max)[::-1]
        self.start = nn.Sequential(
            nn.Linear(spec.z_dim, 2 * channels[0] * math.prod(sizes[0]), bias=False),
            nn.Unflatten(1, (2 * channels[0], *sizes[0])),
            nn.BatchNorm2d(2 * channels[0]),
            GLU(),
        )
        levels = range(1, len(sizes))
        self.doublings = nn.ModuleList(
            doubling(channels[k - 1], channels[k], sizes[k], noise=noise) for k in levels
        )
        self.skip = min(skip, len(sizes) - 1)
        self.excitations = nn.ModuleList(
            SkipExcitation(channels[k - self.skip], channels[k], sizes[k - self.skip])
            for k in range(self.skip, len(sizes))
        )
        self.last = nn.Conv2d(channels[-1], spec.shape[0], 3, padding=1)

    def forward(self, z: Tensor) -> Tensor:
        maps = [self.start(z)]  # (N, C', h, w) of the smallest size
        for level, double in enumerate(self.doublings, start=1):
            x = double(maps[-1])
            if level >= self.skip:
                x = self.excitations[level - self.skip](maps[level - self.skip], x)
            maps.append(x)
        return self.spec.ranged(self.last(maps[-1]).tanh())
