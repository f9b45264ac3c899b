"""The residual generators of SNGAN, SAGAN and BigGAN, for images of any height and width from 8
pixels: one network with the options in which they differ."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor, nn
from torch.nn.functional import one_hot

from ganzoo import Count, Generator, Spec, level_widths
from ganzoo_resnet.layers import Attention, Doubling, Norm, initialise


class ResNetGenerator(Generator):
    """A linear layer turns z into a small map, and residual blocks double it: (N, z_dim) -> (N, C,
    H, W) in [low, high] (arXiv:1802.05957, appendix B.4).

    Args:
        width: channels at the image's own size; at half that size twice as many, and so on.
        channels_max: most channels; with channels_max = width all maps have the same number.
        labels: whether the gain and the bias of each batch normalisation in a block depend on the
            label (arXiv:1802.05637, section 5). The network then takes labels.
        embedding: length of an embedding of the label, which all blocks share: the gains and the
            biases are linear functions of it (arXiv:1809.11096, section 3). With 0 each
            normalisation has a gain and a bias of its own for each label.
        split: whether z is split into parts of the same length, one for the linear layer and one
            for each block, whose gains and biases depend on it (arXiv:1809.11096, section 3 and
            appendix B). Where z is too short, neighbouring parts overlap.
        attention: whether there is self-attention at half the image's size (arXiv:1805.08318).
        spectral_norm: divide each layer's weights by their largest singular value
            (arXiv:1802.05957, section 2.1).
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        channels_max: Count = 256,
        labels: bool = False,
        embedding: Annotated[int, Meta(ge=0)] = 0,
        split: bool = False,
        attention: bool = False,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        self.takes = ("y",) if labels else ()
        sizes = spec.pyramid()[::-1]
        channels = level_widths(len(sizes), width, channels_max)[::-1]
        self.split, self.part = split, spec.z_dim
        if split:
            self.part = max(1, spec.z_dim // len(sizes))
        shared = labels and embedding > 0
        self.embed = nn.Embedding(max(spec.classes, 1), embedding) if shared else None
        self.first = nn.Linear(self.part, channels[0] * math.prod(sizes[0]))
        self.unflatten = nn.Unflatten(1, (channels[0], *sizes[0]))
        condition = self._condition_layer(labels, embedding or spec.classes)
        self.blocks = nn.ModuleList(
            Doubling(before, after, size, condition)
            for (before, after), size in zip(pairwise(channels), sizes[1:], strict=True)
        )
        self.attend = Attention(channels[-2]) if attention else nn.Identity()
        self.norm = Norm(channels[-1], None)
        self.last = nn.Conv2d(channels[-1], spec.shape[0], 3, padding=1)
        initialise(self)
        if spectral_norm:
            self.apply_spectral_norm()

    def _condition_layer(self, labels: bool, length: int) -> Callable[[int], nn.Module] | None:
        """A function from a number of channels to a new layer, which computes as many gains or
        biases from a block's condition; None for blocks without a condition. ``length``: of the
        vector of a label."""
        if labels and not self.split and self.embed is None:
            return lambda channels: _by_label(max(length, 1), channels)
        inputs = length * labels + self.part * self.split
        return (lambda channels: nn.Linear(inputs, channels, bias=False)) if inputs else None

    def forward(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        x = self.unflatten(self.first(z[:, : self.part]))  # (N, C', h, w)
        for level, block in enumerate(self.blocks, start=1):
            if level == len(self.blocks):
                x = self.attend(x)
            x = block(x, self._condition(z, y, level))
        x = self.last(self.norm(x).relu())  # (N, C, H, W), any real number
        return self.spec.ranged(x.tanh())

    def _condition(self, z: Tensor, y: Tensor | None, level: int) -> Tensor | None:
        """The condition of a block, with a row for each sample: the labels alone as they are, or
        the vectors of the labels and the part of z of that level."""
        if not self.split and self.embed is None:
            return y
        vectors = []
        if y is not None:
            known = one_hot(y, self.spec.classes).to(z.dtype)
            vectors.append(known if self.embed is None else self.embed(y))
        if self.split:
            start = min(level * self.part, z.shape[1] - self.part)
            vectors.append(z[:, start : start + self.part])
        return torch.cat(vectors, 1) if vectors else None


def _by_label(classes: int, channels: int) -> nn.Embedding:
    """A number for each label and channel, which starts from N(0, 0.3). From 0, as in the paper,
    it would be less than 0.5 after the whole of a short training with Adam."""
    layer = nn.Embedding(classes, channels)
    nn.init.normal_(layer.weight, 0.0, 0.3)
    return layer
