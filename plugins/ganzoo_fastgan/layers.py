"""Layers that FastGAN's generator and its decoders share."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class GLU(nn.Module):
    """A gated linear unit: the first half of the channels times the sigmoid of the second half,
    (N, 2 C, H, W) to (N, C, H, W) (arXiv:1612.08083, section 2)."""

    def forward(self, x: Tensor) -> Tensor:
        return F.glu(x, dim=1)


class Noise(nn.Module):
    """x plus noise with a learned weight, which starts at 0 (arXiv:1812.04948, section 3.1). In
    training the noise is drawn for each sample. In evaluation it is the same for all samples, so
    that z alone decides about a sample.

    size: (H, W) of the maps.
    """

    copied_buffers = ("fixed",)

    def __init__(self, size: tuple[int, int]) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))
        self.register_buffer("fixed", torch.randn(1, 1, *size))

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x + self.weight * self.fixed
        return x + self.weight * torch.randn(len(x), 1, *x.shape[2:], device=x.device)


def doubling(inputs: int, outputs: int, size: tuple[int, int], *, noise: bool) -> nn.Sequential:
    """The nearest pixels, a convolution, batch normalisation and a GLU: (N, inputs, h, w) to
    (N, outputs, *size), of about twice the height and width (arXiv:2101.04775, figure 3)."""
    return nn.Sequential(
        nn.Upsample(size, mode="nearest"),
        nn.Conv2d(inputs, 2 * outputs, 3, padding=1, bias=False),
        *([Noise(size)] if noise else []),
        nn.BatchNorm2d(2 * outputs),
        GLU(),
    )
