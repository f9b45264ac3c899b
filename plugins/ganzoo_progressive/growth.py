"""How networks grow during a training (arXiv:1710.10196, section 2 and figure 2)."""

import torch
from torch import Tensor, nn

from ganzoo import Network, Spec


class Growing(Network):
    """A network with a level for each size of the image, the smallest size first.

    ``grown``, in [0, levels - 1], is how far it has grown: with l + a, the levels 0 to l are in
    use, and the next level has the share a of the result. Until the step ``until`` of the training
    each level but the last is first trained alone, and then, for as long, the next one is faded in.
    A network is whole before its first training step. The average of the weights copies ``grown``.
    """

    capturable = True  # a GPU computes all levels at all times, and weighs them by ``grown``
    copied_buffers = ("grown",)

    def __init__(self, spec: Spec, until: float) -> None:
        super().__init__(spec)
        self.until = until
        self.sizes = spec.pyramid()[::-1]  # (height, width) of each level
        self.grown: Tensor
        self.register_buffer("grown", torch.tensor(float(len(self.sizes) - 1)))

    def at(self, step: int, steps: int) -> None:
        self.grown.fill_(level(step, self.until, len(self.sizes)))

    def share(self, index: int) -> Tensor:
        """The share of the result, in [0, 1], that comes from the level ``index`` and those above
        it, and not from the level below it."""
        return (self.grown - (index - 1)).clamp(0, 1)

    def is_skipped(self, index: int) -> bool:
        """Whether the level ``index`` has no share yet in a training on a CPU, and is not computed.
        A GPU may replay the operations of another step, where the share was another one."""
        on_cpu = self.grown.device.type == "cpu"
        return self.training and on_cpu and self.grown.item() <= index - 1


def level(step: int, until: float, levels: int) -> float:
    """How far a network has grown in that step (from 1), if it is whole from ``until`` on."""
    if step >= until:
        return levels - 1.0
    phase, within = divmod(step / until * (levels - 1), 1)
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
