"""Blurs and changes of size with the filter (1, 3, 3, 1) in both directions (arXiv:1912.04958,
appendix B)."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Blur(nn.Module):
    """Each channel by itself blurred, with ``pad`` rows and columns of 0 around the map: a side of
    s to s + 2 pad - 3. With a stride of 2 only every second row and column is computed."""

    weight: Tensor  # (channels, 1, 4, 4)

    def __init__(self, channels: int, pad: int, stride: int = 1) -> None:
        super().__init__()
        self.pad, self.stride = pad, stride
        taps = torch.tensor([1.0, 3.0, 3.0, 1.0])
        weight = (torch.outer(taps, taps) / 64).repeat(channels, 1, 1, 1)
        self.register_buffer("weight", weight, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        groups = len(self.weight)
        return F.conv2d(x, self.weight, stride=self.stride, padding=self.pad, groups=groups)


def enlarged(x: Tensor, size: tuple[int, int]) -> Tensor:
    """The map at twice its size; bilinear interpolation has the same filter."""
    return F.interpolate(x, size, mode="bilinear")
