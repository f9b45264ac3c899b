"""How networks grow during a training (arXiv:1710.10196, section 2 and figure 2)."""

from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor, nn

from ganzoo import Network, Scheduled, Spec

Growth = Annotated[Scheduled, Meta(ge=0, le=1)]


class Growing(Network):
    """A network with a level for each size of the image, the smallest size first.

    ``growth``, the part of the growth that is over, rises from 0 to 1 by a schedule: each level but
    the last is first trained alone, and then, for as long, the next one is faded in. With 1 the
    network is whole, and so is a network that was never trained. ``grown``, in [0, levels - 1], is
    the same by level: with l + a, the levels 0 to l are in use, and the next level has the share a
    of the result. The average of the weights copies ``grown``.
    """

    capturable = True  # a GPU computes all levels at all times, and weighs them by ``grown``
    copied_buffers = ("grown",)

    def __init__(self, spec: Spec, growth: float) -> None:
        super().__init__(spec)
        self.growth = growth
        self.sizes = spec.pyramid()[::-1]  # (height, width) of each level
        self.grown: Tensor
        self.register_buffer("grown", torch.tensor(float(len(self.sizes) - 1)))

    def at(self, step: int, steps: int) -> None:
        self.grown.fill_(level(self.growth, len(self.sizes)))

    def curve(self, steps: int) -> list[float]:
        """``growth`` at a hundred moments of a training of that length."""
        schedule, moments = self.schedules.get("growth"), (steps * i // 100 for i in range(100))
        return [schedule.value(moment) if schedule else self.growth for moment in moments]

    def share(self, index: int) -> Tensor:
        """The share of the result, in [0, 1], that comes from the level ``index`` and those above
        it, and not from the level below it."""
        return (self.grown - (index - 1)).clamp(0, 1)

    def is_skipped(self, index: int) -> bool:
        """Whether the level ``index`` has no share yet in a training on a CPU, and is not computed.
        A GPU may replay the operations of another step, where the share was another one."""
        on_cpu = self.grown.device.type == "cpu"
        return self.training and on_cpu and self.grown.item() <= index - 1


def level(growth: float, levels: int) -> float:
    """``grown`` of a network with that number of levels, for ``growth`` in [0, 1]."""
    phase, within = divmod(float(growth) * (levels - 1), 1)
    return phase + max(0.0, 2 * within - 1)


class Conv(nn.Module):
    """A convolution with an equalized learning rate: its weights are drawn from N(0, 1), and
    divided by the square root of the number of inputs of a unit in each forward pass, times gain
    (arXiv:1710.10196, section 4.1): (N, inputs, H, W) to (N, outputs, H, W). ``kernel`` is odd."""

    def __init__(self, inputs: int, outputs: int, kernel: int, gain: float = 2**0.5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain / (inputs * kernel**2) ** 0.5

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.conv2d(
            x, self.weight * self.scale, self.bias, padding=self.weight.shape[-1] // 2
        )


class Linear(nn.Module):
    """A fully connected layer with an equalized learning rate, as ``Conv``."""

    def __init__(self, inputs: int, outputs: int, gain: float = 2**0.5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.scale = gain / inputs**0.5

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, self.weight * self.scale, self.bias)


class PixelNorm(nn.Module):
    """Each pixel's vector of channels, divided by the root of its mean square
    (arXiv:1710.10196, section 4.2): (N, C, ...) to the same shape."""

    def forward(self, x: Tensor) -> Tensor:
        return x * (x.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class BatchDeviation(nn.Module):
    """A further channel: the standard deviation over the batch, the mean of all channels and pixels
    (arXiv:1710.10196, section 3): (N, C, H, W) to (N, C + 1, H, W)."""

    def forward(self, x: Tensor) -> Tensor:
        variance = (x - x.mean(0)).square().mean(0)
        deviation = (variance + 1e-8).sqrt().mean()
        return torch.cat((x, deviation.expand(len(x), 1, *x.shape[2:])), 1)
