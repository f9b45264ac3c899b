"""The generator of arXiv:1912.04958, for images of any height and width from 8 pixels."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ganzoo import Count, Generator, Positive, Share, Spec, UsageError, level_widths
from ganzoo_stylegan2.layers import Linear, ModulatedConv, activated, normalised
from ganzoo_stylegan2.resampling import enlarged

MEMORY = 0.995  # of the mean of w, in one batch


class Mapping(nn.Module):
    """z to w, (N, z_dim) to (N, w_dim): fully connected layers on the normalised z
    (arXiv:1812.04948, section 2). With ``classes`` the label's vector, normalised too, is joined to
    z."""

    def __init__(self, z_dim: int, w_dim: int, layers: int, lr: float, classes: int) -> None:
        super().__init__()
        self.classes = classes
        if classes:
            self.label = Linear(classes, w_dim)
        widths = [z_dim + (w_dim if classes else 0), *[w_dim] * layers]
        self.layers = nn.ModuleList(
            Linear(inputs, outputs, lr=lr) for inputs, outputs in pairwise(widths)
        )

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        w = normalised(z)
        if y is not None:
            label = self.label(one_hot(y, self.classes).to(w.dtype))
            w = torch.cat((w, normalised(label)), 1)
        for layer in self.layers:
            w = activated(layer(w))
        return w


class StyledConv(nn.Module):
    """A modulated convolution, noise, biases, and a leaky rectifier (arXiv:1912.04958, section 2
    and figure 2 c): (N, inputs, h, w) and (N, w_dim) to (N, outputs, H, W).

    Each layer adds one normal number to each position, times a learned strength: new numbers in
    training, and in evaluation those of a buffer, which all samples share.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        w_dim: int,
        size: tuple[int, int],
        noise: bool,
        up: bool = False,
    ) -> None:
        super().__init__()
        self.convolve = ModulatedConv(inputs, outputs, 3, w_dim, size, up=up)
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.has_noise = noise
        if noise:
            self.strength = nn.Parameter(torch.zeros(()))
            self.register_buffer("noise", torch.randn(1, 1, *size))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        x = self.convolve(x, style)
        if self.has_noise:
            x = x + self.strength * (torch.randn_like(x[:, :1]) if self.training else self.noise)
        return activated(x + self.bias[:, None, None])


class StyleGAN2Generator(Generator):
    """A mapping network turns z into a style w. Convolutions that styles modulate make an image
    from a learned constant; each size adds its own image, and the sum of all is the sample:
    (N, z_dim) -> (N, C, H, W) in [low, high] (arXiv:1912.04958, section 2 and figure 7 b). The sum
    is squashed by a tanh; the output of the paper's generator is not squashed, and may leave the
    range.

    Two layers of styles belong to each size, the coarsest first; the image of a size has the style
    of the next convolution.

    Args:
        width: channels at the image's own size; at half that size twice as many, and so on.
        channels_max: most channels.
        w_dim: length of w.
        mapping_layers: layers of the mapping network.
        mapping_lr: factor of the mapping network's learning rate.
        mixing: probability that a sample of a training has the w of another z from a random layer
            on (arXiv:1812.04948, section 3.1).
        noise: whether each convolution adds noise.
        labels: whether the mapping network takes the labels (arXiv:2006.06676, section 4.3).
    """

    mean_of_w: Tensor  # (w_dim,), a moving average over the training

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        channels_max: Count = 512,
        w_dim: Count = 512,
        mapping_layers: Count = 8,
        mapping_lr: Positive = 0.01,
        mixing: Share = 0.9,
        noise: bool = True,
        labels: bool = False,
    ) -> None:
        super().__init__(spec)
        self.takes = ("y",) if labels else ()
        self.mixing = mixing
        sizes = spec.pyramid()[::-1]
        widths = level_widths(len(sizes), width, channels_max)[::-1]
        classes = spec.classes if labels else 0
        self.mapping = Mapping(spec.z_dim, w_dim, mapping_layers, mapping_lr, classes)
        self.constant = nn.Parameter(torch.randn(1, widths[0], *sizes[0]))
        self.convolutions = nn.ModuleList()
        self.images = nn.ModuleList()
        for level, (size, channels) in enumerate(zip(sizes, widths, strict=True)):
            if level:
                before = widths[level - 1]
                self.convolutions.append(StyledConv(before, channels, w_dim, size, noise, up=True))
            self.convolutions.append(StyledConv(channels, channels, w_dim, size, noise))
            self.images.append(
                ModulatedConv(channels, spec.shape[0], 1, w_dim, size, demodulate=False)
            )
        self.bias = nn.Parameter(torch.zeros(spec.shape[0]))
        self.register_buffer("mean_of_w", torch.zeros(w_dim))

    def check(self, game: Any) -> None:
        super().check(game)
        if self.mixing and self.spec.z_dim != game.prior.dim:
            raise UsageError(
                "The generator 'stylegan2' mixes the z of several samples in training, and the z "
                "of this game holds labels too: set generator.mixing=0; or leave the game out, and "
                "set generator.labels=true and discriminator.labels=true"
            )

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return self.synthesise(self.styles(z, y))

    def styles(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        """(N, layers, w_dim). In training, some of the samples have two different w."""
        layers = 2 * len(self.images)
        w = self.mapping(z, y)
        styles = w[:, None].expand(-1, layers, -1)
        if not self.training:
            return styles
        self.mean_of_w.lerp_(w.detach().float().mean(0), 1 - MEMORY)
        if not self.mixing:
            return styles
        other = self.mapping(z.roll(1, 0), y)[:, None]
        first = torch.randint(1, layers, (len(z), 1), device=z.device)
        mixed = torch.rand(len(z), 1, device=z.device) < self.mixing
        late = torch.arange(layers, device=z.device) >= first
        return torch.where((mixed & late)[:, :, None], other, styles)

    def mean_style(self) -> Tensor:
        return self.mean_of_w

    def synthesise(self, styles: Tensor) -> Tensor:
        x = self.constant.expand(styles.shape[0], -1, -1, -1)
        x = self.convolutions[0](x, styles[:, 0])
        image = self.images[0](x, styles[:, 1])
        for level in range(1, len(self.images)):
            x = self.convolutions[2 * level - 1](x, styles[:, 2 * level - 1])
            x = self.convolutions[2 * level](x, styles[:, 2 * level])
            here = self.images[level]
            image = enlarged(image, here.size) + here(x, styles[:, 2 * level + 1])
        image = image + self.bias[:, None, None]
        return self.spec.ranged(image.tanh()) if self.spec.bounded else image
