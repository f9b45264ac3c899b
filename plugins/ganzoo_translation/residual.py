"""The generator of CycleGAN (arXiv:1703.10593, section 4 and appendix 7.2)."""

from itertools import pairwise

from torch import Tensor, nn

from ganzoo import Count, Data, Generator, Spec, doubling, level_widths
from ganzoo_translation.layers import (
    check_source,
    halved_sizes,
    image_size,
    initialise,
)

LEAST = 4  # pixels: a map with a shorter side is not halved


class ResidualBlock(nn.Module):
    """x plus two convolutions of it, with instance normalisation: (N, C, H, W) to the same."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect", bias=False),
            nn.InstanceNorm2d(channels),
            nn.ReLU(),
            nn.Conv2d(channels, channels, 3, padding=1, padding_mode="reflect", bias=False),
            nn.InstanceNorm2d(channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)


class ResidualTranslator(Generator):
    """Halvings, residual blocks on the smallest map, and doublings: ``source`` (N, C, H, W) ->
    (N, C, H, W) in [low, high]. z (N, z_dim) is not read.

    Args:
        width: channels at the image's own size; each halving has twice as many.
        halvings: most halvings; a map with a side below 4 pixels is not halved in any case.
        blocks: residual blocks.
    """

    takes = ("source",)

    def __init__(
        self, spec: Spec, width: Count = 64, halvings: Count = 2, blocks: Count = 9
    ) -> None:
        super().__init__(spec)
        sizes = halved_sizes(image_size(spec), LEAST, halvings)
        channels = level_widths(len(sizes), width)
        self.first = nn.Sequential(
            nn.Conv2d(spec.shape[0], width, 7, padding=3, padding_mode="reflect", bias=False),
            nn.InstanceNorm2d(width),
            nn.ReLU(),
        )
        self.down = nn.ModuleList(
            nn.Sequential(
                nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False),
                nn.InstanceNorm2d(outputs),
                nn.ReLU(),
            )
            for inputs, outputs in pairwise(channels)
        )
        self.blocks = nn.ModuleList(ResidualBlock(channels[-1]) for _ in range(blocks))
        levels = [*zip(channels, sizes, strict=True)][::-1]
        ups = [
            nn.Sequential(
                doubling(inputs, outputs, size, bias=False), nn.InstanceNorm2d(outputs), nn.ReLU()
            )
            for (inputs, _), (outputs, size) in pairwise(levels)
        ]
        last = nn.Conv2d(width, spec.shape[0], 7, padding=3, padding_mode="reflect")
        self.up = nn.Sequential(*ups, last, nn.Tanh())
        # Of the maps that ``maps`` gives.
        self.map_channels = (spec.shape[0], *channels, channels[-1])
        initialise(self)

    def prepare(self, data: Data) -> None:
        check_source(data)

    def forward(self, z: Tensor, source: Tensor) -> Tensor:
        x = self.maps(source)[-1]
        for block in self.blocks[self.middle :]:
            x = block(x)
        return self.spec.ranged(self.up(x))

    @property
    def middle(self) -> int:
        """The number of residual blocks before the last one of ``maps``."""
        return (len(self.blocks) + 1) // 2

    def maps(self, source: Tensor) -> list[Tensor]:
        """The maps of the encoder (arXiv:2007.15651, section 3): the image in [-1, 1], the map of
        each size, and that after half of the residual blocks. (N, ``map_channels[k]``, h, w)."""
        maps = [self.spec.centred(source)]
        for layer in (self.first, *self.down):
            maps.append(layer(maps[-1]))
        x = maps[-1]
        for block in self.blocks[: self.middle]:
            x = block(x)
        return [*maps, x]
