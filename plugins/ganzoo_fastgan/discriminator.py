"""The discriminator of arXiv:2101.04775, for images of any height and width from 8 pixels, with
decoders that reconstruct what it has seen."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo import Count, Discriminator, Share, Spec, level_widths
from ganzoo_fastgan.layers import doubling

SLOPE = 0.2
DECODED = 4  # doublings of a decoder at most: to 128 pixels from the 8 of the paper
KERNEL = 4  # pixels: the side of the patch of the last map that one score is of
OUTPUTS = ("seen", "map_before", "map")  # further outputs, which the decoders read
FEW = 3  # maps: of an image that has no more, the smallest is used too


class Halving(nn.Module):
    """The mean of two branches to half the height and width, (N, inputs, H, W) to (N, outputs,
    H // 2, W // 2): two convolutions, the first of them strided; and an average of each 2 x 2
    pixels with a 1 x 1 convolution (arXiv:2101.04775, section 3.2 and figure 4)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.deep = nn.Sequential(
            *_normalised(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=False)),
            *_normalised(nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)),
        )
        self.shallow = nn.Sequential(
            nn.AvgPool2d(2), *_normalised(nn.Conv2d(inputs, outputs, 1, bias=False))
        )

    def forward(self, x: Tensor) -> Tensor:
        return (self.deep(x) + self.shallow(x)) / 2


class FastGANDiscriminator(Discriminator):
    """Residual halvings to a small map, of which each patch of 4 x 4 pixels has a score:
    (N, C, H, W) -> (N, h, w), and the maps that the decoders read (arXiv:2101.04775, section 3.2).

    The penalty ``reconstruction`` trains the decoders, and through them D. One reconstructs the
    image from the last map, the other one a random window of the image from the same window of the
    map before it.

    Args:
        width: channels at the image's own size; each smaller size has twice as many.
        channels_max: most channels.
        window: height and width of the window, as a share of those of the map.
        decoder_width: channels of a decoder's last map; each map before it has twice as many, up to
            four times as many.
        spectral_norm: divide the weights of each layer, but not of the decoders, by their largest
            singular value (arXiv:1802.05957, section 2.1).
    """

    gives = OUTPUTS

    def __init__(
        self,
        spec: Spec,
        width: Count = 32,
        channels_max: Count = 1024,
        window: Share = 0.5,
        decoder_width: Count = 32,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        sizes = spec.pyramid()
        sizes = sizes[:-1] if len(sizes) > FEW else sizes  # the paper's ends at 8 pixels
        channels = level_widths(len(sizes), width, channels_max)
        self.first = nn.Sequential(
            nn.Conv2d(spec.shape[0], width, 3, padding=1), nn.LeakyReLU(SLOPE)
        )
        self.halvings = nn.ModuleList(Halving(*pair) for pair in pairwise(channels))
        self.score = nn.Sequential(
            *_normalised(nn.Conv2d(channels[-1], channels[-1], 1, bias=False)),
            nn.Conv2d(channels[-1], 1, KERNEL),
        )
        if spectral_norm:
            self.apply_spectral_norm()
        *_, before, last = sizes
        self.window = _rounded(before[0] * window), _rounded(before[1] * window)
        self.scale = 2 ** min(DECODED, len(sizes) - 1)  # pixels of the whole for each of the map's
        self.part_scale = 2 ** min(DECODED, len(sizes) - 2)
        self.decode = _decoder(channels[-1], spec.shape[0], last, self.scale, decoder_width)
        self.decode_part = _decoder(
            channels[-2], spec.shape[0], self.window, self.part_scale, decoder_width
        )

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        x = self.spec.centred(x)
        maps = [self.first(x)]
        for halve in self.halvings:
            maps.append(halve(maps[-1]))
        score = self.score(maps[-1]).squeeze(1)  # (N, C', h, w) -> (N, h - 3, w - 3)
        return score, {"seen": x.detach(), "map_before": maps[-2], "map": maps[-1]}

    def reconstructions(self, aux: dict[str, Tensor]) -> list[tuple[Tensor, Tensor]]:
        """Pairs of what a decoder makes and what it should make, both (N, C, H', W'), the range of
        the images being [-1, 1]: of the whole image, and of a window of it. ``aux``: what
        ``forward`` returned with the scores. The windows are drawn from torch's generators."""
        seen, before, last = aux["seen"], aux["map_before"], aux["map"]
        whole = self.decode(last), _resized(seen, last, self.scale)
        n, _, height, width = before.shape
        top, left = (
            torch.randint(0, most + 1, (n,), device=seen.device)
            for most in (height - self.window[0], width - self.window[1])
        )
        scale = self.part_scale
        inside = windows(before, top, left, self.window)
        target = windows(
            _resized(seen, before, scale),
            top * scale,
            left * scale,
            (self.window[0] * scale, self.window[1] * scale),
        )
        return [whole, (self.decode_part(inside), target)]


def windows(x: Tensor, top: Tensor, left: Tensor, size: tuple[int, int]) -> Tensor:
    """A window of each image, (N, C, H, W) to (N, C, *size), that begins at the pixel (top, left),
    both (N,) int64."""
    rows = top[:, None] + torch.arange(size[0], device=x.device)  # (N, height)
    columns = left[:, None] + torch.arange(size[1], device=x.device)
    n, channels = x.shape[:2]
    x = x.gather(2, rows[:, None, :, None].expand(n, channels, -1, x.shape[3]))
    return x.gather(3, columns[:, None, None, :].expand(n, channels, size[0], -1))


def _resized(image: Tensor, of: Tensor, scale: int) -> Tensor:
    """The image with ``scale`` pixels for each pixel of a map ``of`` it, by averages."""
    return F.adaptive_avg_pool2d(image, (of.shape[2] * scale, of.shape[3] * scale))


def _decoder(
    inputs: int, outputs: int, size: tuple[int, int], scale: int, width: int
) -> nn.Sequential:
    """From a map of ``size`` to an image of ``scale`` times its height and width."""
    layers: list[nn.Module] = []
    while scale > 1:
        size, scale = (2 * size[0], 2 * size[1]), scale // 2
        wider = width * min(scale, 4)
        layers.append(doubling(inputs, wider, size, noise=False))
        inputs = wider
    return nn.Sequential(*layers, nn.Conv2d(inputs, outputs, 3, padding=1))


def _normalised(convolution: nn.Conv2d) -> list[nn.Module]:
    return [convolution, nn.BatchNorm2d(convolution.out_channels), nn.LeakyReLU(SLOPE)]


def _rounded(side: float) -> int:
    return max(1, round(side))
