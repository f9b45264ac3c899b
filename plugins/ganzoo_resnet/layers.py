"""The layers of residual GANs: blocks that double or halve a map, and batch normalisation whose
gain and bias depend on the sample."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from ganzoo import halving


class Norm(nn.Module):
    """Batch normalisation. If conditional, the normalised map is multiplied by 1 + gain and added
    to bias, both functions of a condition of the sample (arXiv:1610.07629, equation 5): (N, C, h,
    w) and a condition with N rows to (N, C, h, w).

    condition: makes such a function, from conditions to (N, C), from the number C; None for the
    usual gain and bias, which are the same for all samples.
    """

    def __init__(self, channels: int, condition: Callable[[int], nn.Module] | None) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=condition is None)
        self.gain = condition(channels) if condition else None
        self.bias = condition(channels) if condition else None

    def forward(self, x: Tensor, condition: Tensor | None = None) -> Tensor:
        x = self.norm(x)
        if self.gain is None or self.bias is None:
            return x
        gain, bias = self.gain(condition).to(x.dtype), self.bias(condition).to(x.dtype)
        return x * (1 + gain)[:, :, None, None] + bias[:, :, None, None]


class Doubling(nn.Module):
    """A residual block that doubles the map: (N, inputs, h, w) to (N, outputs, *size)
    (arXiv:1802.05957, appendix B.4). The 1 x 1 convolution beside the branch is computed before the
    map is enlarged, which is the same function."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        size: tuple[int, int],
        condition: Callable[[int], nn.Module] | None,
    ) -> None:
        super().__init__()
        self.size = size
        self.norm, self.next_norm = Norm(inputs, condition), Norm(outputs, condition)
        self.convolve = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.convolve_again = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.skip = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor, condition: Tensor | None) -> Tensor:
        branch = self.convolve(self._enlarged(self.norm(x, condition).relu()))
        branch = self.convolve_again(self.next_norm(branch, condition).relu())
        return branch + self._enlarged(self.skip(x))

    def _enlarged(self, x: Tensor) -> Tensor:
        return F.interpolate(x, self.size)  # the nearest pixel


class Halving(nn.Module):
    """A residual block without normalisation: (N, inputs, H, W) to (N, outputs, H // 2, W // 2), or
    to the same size (arXiv:1802.05957, appendix B.4). The map is halved before the 1 x 1
    convolution beside the branch, which is the same function.

    size: (H, W) of a map that is halved; None to keep the size. first: whether x is an image, which
    is not rectified.
    """

    def __init__(
        self, inputs: int, outputs: int, size: tuple[int, int] | None, first: bool = False
    ) -> None:
        super().__init__()
        hidden = outputs if first else inputs
        self.first = first
        self.convolve = nn.Conv2d(inputs, hidden, 3, padding=1)
        self.convolve_again = nn.Conv2d(hidden, outputs, 3, padding=1)
        self.halve: nn.Module = nn.Identity()
        if size is not None:
            self.halve = halving(size)
        same = size is None and inputs == outputs
        self.skip = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        branch = self.convolve(x if self.first else x.relu())
        branch = self.halve(self.convolve_again(branch.relu()))
        return branch + self.skip(self.halve(x))


class Attention(nn.Module):
    """x + gamma * o(x), where each pixel of o is a weighted mean over all pixels, by how well its
    query fits their keys: (N, C, h, w) to the same (arXiv:1805.08318, equations 1 to 3). gamma
    starts at 0. As in the authors' code, keys and values are the maxima of 2 x 2 pixels, keys have
    C / 8 channels and values C / 2."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        narrow, half = max(1, channels // 8), max(1, channels // 2)
        self.query = nn.Conv2d(channels, narrow, 1, bias=False)
        self.key = nn.Conv2d(channels, narrow, 1, bias=False)
        self.value = nn.Conv2d(channels, half, 1, bias=False)
        self.out = nn.Conv2d(half, channels, 1, bias=False)
        self.gamma = nn.Parameter(torch.zeros(()))

    def forward(self, x: Tensor) -> Tensor:
        queries = self.query(x).flatten(2)  # (N, C / 8, h w)
        keys = F.max_pool2d(self.key(x), 2).flatten(2)  # (N, C / 8, h w / 4)
        values = F.max_pool2d(self.value(x), 2).flatten(2)  # (N, C / 2, h w / 4)
        weights = (queries.transpose(1, 2) @ keys).softmax(2)  # (N, h w, h w / 4)
        means = (values @ weights.transpose(1, 2)).unflatten(2, x.shape[2:])
        return x + self.gamma * self.out(means)


def initialise(network: nn.Module) -> None:
    """Uniform weights of variance 2 / (fan-in + fan-out), and twice that for 3 x 3 convolutions, as
    in the code of arXiv:1802.05957; biases 0."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            wide = isinstance(module, nn.Conv2d) and module.kernel_size == (3, 3)
            nn.init.xavier_uniform_(module.weight, math.sqrt(2) if wide else 1.0)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
