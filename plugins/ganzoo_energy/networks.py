"""A discriminator that is an autoencoder, for images of any height and width from 8 pixels."""

import math
from collections.abc import Iterable
from itertools import pairwise
from typing import Literal

from torch import Tensor, nn
from torch.nn.utils import parametrizations

from ganzoo import Count, Discriminator, Spec, doubling, level_widths


class Autoencoder(Discriminator):
    """The score of an image is minus its energy, the error of its reconstruction from a short code:
    (N, C, H, W) -> (N,) (arXiv:1609.03126, section 2.3; arXiv:1703.10717, section 3). The energy
    is a mean over the values of the image, in the range that the recipe has for images. The energy,
    (N,), is the further output ``energy``, and the code, (N, code), the further output ``code``.

    The encoder halves the side of the map in each layer and doubles its channels; the decoder is
    its mirror. No layer normalises, as in BEGAN.

    Args:
        width: channels of the first layer; each layer after it has twice as many.
        hidden: width of each fully connected layer between the smallest map and the code.
        code: length of the code.
        energy: "absolute" differences, as in BEGAN, or "squared" ones, as in EBGAN.
        spectral_norm: divide the weights of each layer of the encoder by their largest singular
            value (arXiv:1802.05957, section 2.1).
    """

    gives = ("energy", "code")

    def __init__(
        self,
        spec: Spec,
        width: Count = 32,
        hidden: tuple[Count, ...] = (512,),
        code: Count = 64,
        energy: Literal["absolute", "squared"] = "absolute",
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        self.energy = energy
        sizes = spec.pyramid()
        channels = [spec.shape[0], *level_widths(len(sizes) - 1, width)]
        units = [channels[-1] * math.prod(sizes[-1]), *hidden, code]
        halvings = [nn.Conv2d(few, many, 4, 2, 1) for few, many in pairwise(channels)]
        doublings = [
            doubling(many, few, size)
            for (few, many), size in zip(pairwise(channels), sizes, strict=False)
        ]
        self.encoder = nn.Sequential(
            *_activated(halvings),
            nn.ELU(),
            nn.Flatten(),
            *_activated(nn.Linear(a, b) for a, b in pairwise(units)),
        )
        self.decoder = nn.Sequential(
            *_activated(nn.Linear(a, b) for a, b in pairwise(units[::-1])),
            nn.ELU(),
            nn.Unflatten(1, (channels[-1], *sizes[-1])),
            *_activated(doublings[::-1]),
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                nn.init.xavier_normal_(module.weight)
                nn.init.zeros_(module.bias)
        if spectral_norm:
            for layer in self.encoder:
                if hasattr(layer, "weight"):
                    parametrizations.spectral_norm(layer)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        code = self.encoder(x)  # (N, C, H, W) -> (N, code)
        error = (x - self.decoder(code)).float()  # (N, C, H, W)
        error = error.abs() if self.energy == "absolute" else error.square()
        energy = error.flatten(1).mean(1)
        return -energy, {"energy": energy, "code": code}


def _activated(layers: Iterable[nn.Module]) -> list[nn.Module]:
    """The layers, with a function between each two of them; the last one is linear."""
    return [module for layer in layers for module in (layer, nn.ELU())][:-1]
