"""The discriminator of patches (arXiv:1611.07004, section 3.2.2 and appendix 6.1.2)."""

from typing import Any, Literal

import torch
from torch import Tensor, nn

from ganzoo import Count, Data, Discriminator, Spec, UsageError
from ganzoo_translation.layers import (
    check_source,
    down,
    image_size,
    initialise,
    normalisation,
)

LEAST = 8  # pixels: a map with a shorter side is not halved


class PatchDiscriminator(Discriminator):
    """Scores each patch of an image: (N, C, H, W) -> (N, h, w). If it is conditional, it sees the
    image ``source`` too, of which x should be a translation.

    Halvings, then two convolutions that keep the size but for 1 pixel each. A patch has 16 x 16
    pixels with 1 halving, 34 x 34 with 2, and 70 x 70 with 3.

    Args:
        width: channels after the first halving; each further convolution has twice as many.
        channels_max: most channels.
        halvings: most halvings; a map with a side below 8 pixels is not halved in any case.
        normalisation: of all convolutions but the first and the last.
        conditional: see the source beside the image.
        spectral_norm: divide the weights of each layer by their largest singular value
            (arXiv:1802.05957, section 2.1).
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        channels_max: Count = 512,
        halvings: Count = 3,
        normalisation: Literal["batch", "instance", "none"] = "batch",
        conditional: bool = True,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        self.takes = ("source",) if conditional else ()
        side = min(image_size(spec)) // 2
        inputs = spec.shape[0] * (2 if conditional else 1)
        layers: list[nn.Module] = [down(inputs, width, bias=True), nn.LeakyReLU(0.2)]
        channels, done = width, 1
        while done < halvings and side >= LEAST:
            wider = min(2 * channels, channels_max)
            layers += _layer(down(channels, wider, bias=normalisation == "none"), normalisation)
            channels, done, side = wider, done + 1, side // 2
        wider = min(2 * channels, channels_max)
        convolution = nn.Conv2d(channels, wider, 4, 1, 1, bias=normalisation == "none")
        layers += _layer(convolution, normalisation)
        self.body = nn.Sequential(*layers, nn.Conv2d(wider, 1, 4, 1, 1))
        initialise(self)
        if spectral_norm:
            self.apply_spectral_norm()

    def check(self, game: Any) -> None:
        super().check(game)
        if self.takes and self.spec.shape != game.spec.shape:
            raise UsageError(
                "The discriminator 'patches' sees the source beside the image, and in this game it "
                "sees further channels too: --set discriminator.conditional=false, or choose "
                "--game standard"
            )

    def prepare(self, data: Data) -> None:
        if self.takes:
            check_source(data, paired=True)

    def forward(self, x: Tensor, source: Tensor | None = None) -> Tensor:
        seen = x if source is None else torch.cat([source, x], 1)
        score: Tensor = self.body(self.spec.centred(seen))
        return score.squeeze(1)


def _layer(convolution: nn.Conv2d, name: str) -> list[nn.Module]:
    return [convolution, *normalisation(name, convolution.out_channels), nn.LeakyReLU(0.2)]
