"""Layers whose learning rate is equalised (arXiv:1710.10196, section 4.1): all weights start from
N(0, 1), and are divided by the square root of their fan-in in each forward pass. Adam then changes
the weights of all layers at the same relative speed."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo_stylegan2.resampling import Blur


def activated(x: Tensor) -> Tensor:
    """A leaky rectifier of slope 0.2, multiplied by sqrt(2), which keeps the variance."""
    return F.leaky_relu(x, 0.2) * math.sqrt(2)


def normalised(z: Tensor) -> Tensor:
    """(N, dim): each row divided by the root of its mean square."""
    return z * (z.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class Linear(nn.Linear):
    """start: initial value of the biases. lr: factor of the layer's learning rate."""

    def __init__(self, inputs: int, outputs: int, start: float = 0.0, lr: float = 1.0) -> None:
        super().__init__(inputs, outputs)
        self.lr = lr
        nn.init.normal_(self.weight, 0.0, 1 / lr)
        nn.init.constant_(self.bias, start / lr)

    def forward(self, x: Tensor) -> Tensor:
        scale = self.lr / math.sqrt(self.in_features)
        return F.linear(x, self.weight * scale, self.bias * self.lr)


class Conv(nn.Conv2d):
    """A convolution that keeps the size of the map; with ``down`` it first blurs the map, and then
    halves its sides, rounded down."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int, bias: bool = True, down: bool = False
    ) -> None:
        super().__init__(inputs, outputs, kernel, bias=bias)
        self.blur = Blur(inputs, pad=kernel // 2 + 1) if down else None
        nn.init.normal_(self.weight)
        if bias:
            nn.init.zeros_(self.bias)

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight / math.sqrt(self.weight[0].numel())
        if self.blur is None:
            return F.conv2d(x, weight, self.bias, padding=weight.shape[2] // 2)
        return F.conv2d(self.blur(x), weight, self.bias, stride=2)


class ModulatedConv(nn.Module):
    """A convolution whose weights a style scales for each sample, by one number for each input
    channel; ``demodulate`` divides the weights of each output channel by their norm, so that its
    variance stays 1 (arXiv:1912.04958, section 2.2, equations 1 to 3).

    forward(x, style): (N, inputs, h, w) and (N, w_dim) to (N, outputs, H, W). The input channels
    and the output channels are scaled in place of the weights, which is the same function.

    size: of the map that the convolution makes; if ``up``, from one of half that size, rounded
    down: a transposed convolution and a blur.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        w_dim: int,
        size: tuple[int, int],
        demodulate: bool = True,
        up: bool = False,
    ) -> None:
        super().__init__()
        self.size, self.demodulate = size, demodulate
        self.blur = Blur(outputs, pad=1) if up else None
        self.scales = Linear(w_dim, inputs, start=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        scales = self.scales(style)  # (N, inputs)
        weight = self.weight / math.sqrt(self.weight[0].numel())
        x = self._convolved(x * scales[:, :, None, None], weight)
        if self.demodulate:
            squares = weight.square().sum((2, 3))  # (outputs, inputs)
            norms = scales.square() @ squares.T  # (N, outputs), of the scaled weights
            x = x * (norms + 1e-8).rsqrt()[:, :, None, None]
        return x

    def _convolved(self, x: Tensor, weight: Tensor) -> Tensor:
        if self.blur is None:
            return F.conv2d(x, weight, padding=weight.shape[2] // 2)
        x = F.conv_transpose2d(x, weight.transpose(0, 1), stride=2)  # (N, C, 2 h + 1, 2 w + 1)
        odd_height, odd_width = (side % 2 for side in self.size)
        return 4 * self.blur(F.pad(x, (0, odd_width, 0, odd_height)))
