"""Changes of colour (arXiv:2006.06676, appendix B), for images in [-1, 1] of any channels.

The paper's matrices rotate or scale the vector of a pixel's channels about the gray axis. Here a
pixel is the sum of its mean over the channels and a rest, which is orthogonal to the gray axis.
"""

import math

import torch
from torch import Tensor

BRIGHTNESS = 0.2  # standard deviation of the shift
CONTRAST = 0.5 * math.log(2)  # standard deviation of the factor's logarithm
SATURATION = math.log(2)  # standard deviation of the factor's logarithm


def changed_colors(x: Tensor, p: Tensor) -> Tensor:
    """Brightness, contrast, inverted luma, hue and saturation, each with probability p."""
    size = (len(x), 1, 1, 1)
    brightness, contrast, saturation = torch.randn(3, *size, device=x.device)
    inverted, hue = torch.rand(2, *size, device=x.device)
    chosen = torch.rand(5, *size, device=x.device) < p
    gray = x.mean(1, keepdim=True)
    rest = x - gray
    gray = gray + chosen[0] * BRIGHTNESS * brightness
    factor = (chosen[1] * CONTRAST * contrast).exp()
    gray, rest = gray * factor, rest * factor
    gray = torch.where(chosen[2] & (inverted < 0.5), -gray, gray)
    if x.shape[1] == 3:
        rest = _turned_hue(rest, chosen[3] * math.pi * (2 * hue - 1))
    return gray + rest * (chosen[4] * SATURATION * saturation).exp()


def _turned_hue(rest: Tensor, angle: Tensor) -> Tensor:
    """The colours (N, 3, H, W), orthogonal to gray, turned about the gray axis by the angle
    (N, 1, 1, 1): cos a + (n x rest) sin a, with n = (1, 1, 1) / sqrt(3)."""
    across = (rest.roll(1, 1) - rest.roll(-1, 1)) / math.sqrt(3)  # n x rest
    return angle.cos() * rest + angle.sin() * across
