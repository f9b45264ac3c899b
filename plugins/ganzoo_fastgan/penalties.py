"""The self-supervision of FastGAN's discriminator (arXiv:2101.04775, section 3.2)."""

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo import Count, Penalty, Scores, Weight
from ganzoo_fastgan.discriminator import OUTPUTS

HALVINGS = 2  # of the images that are compared


class Reconstruction(Penalty):
    """weight * E |decoder(f) - T(x)| over the real images x as D has seen them, summed over the
    decoders of D (arXiv:2101.04775, equation 4). f: a map of D, or a window of it. T(x): the
    image, or the same window of it, at the size that the decoder has.

    The distance of the paper compares features of a network that was trained on other images. This
    one needs no such network: it is the mean absolute difference of the pixels, averaged over the
    images and two halvings of them. It is logged as ``reconstruction``, for images in [-1, 1].

    The discriminator gives the further outputs of ``OUTPUTS``, which its method ``reconstructions``
    reads.

    Args:
        weight: of the penalty.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    error: Tensor  # (), of the last update that had the penalty

    def __init__(self, weight: Weight = 1.0, interval: Count = 1) -> None:
        super().__init__()
        self.weight, self.interval = weight, interval
        self.register_buffer("error", torch.tensor(0.0))

    def check(self, game: Any) -> None:
        game.require_outputs(
            "The penalty 'reconstruction'",
            OUTPUTS,
            "--discriminator fastgan, or leave the penalty out",
        )

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        pairs = game.discriminator.reconstructions(real.aux)
        error = torch.stack([distance(made, wanted) for made, wanted in pairs]).sum()
        self.error.copy_(error.detach())
        return self.weight * error

    def report(self) -> dict[str, Tensor]:
        return {"reconstruction": self.error.clone()}


def distance(made: Tensor, wanted: Tensor) -> Tensor:
    """(): the mean absolute difference of images (N, C, H, W), averaged over their own size, half
    of it, and a quarter of it, where the sides have so many pixels."""
    difference = made.float() - wanted.float()
    terms = [difference.abs().mean()]
    for _ in range(HALVINGS):
        if min(difference.shape[2:]) < 2:
            break
        difference = F.avg_pool2d(difference, 2)
        terms.append(difference.abs().mean())
    return torch.stack(terms).mean()
