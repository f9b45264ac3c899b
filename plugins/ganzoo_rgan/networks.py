"""The networks of arXiv:1706.02633, section 3."""

import torch
from torch import Tensor, nn

from ganzoo import Count, Discriminator, Generator, Spec, UsageError


def _check(spec: Spec) -> None:
    if len(spec.shape) != 2:
        raise UsageError(
            "The networks 'recurrent' are for numbers over time, (channels, T), and not for "
            f"samples of the shape {spec.shape}: choose --dataset sines"
        )


class LSTM(nn.LSTM):
    """Computes in the precision of its weights, also under autocast: torch has no LSTM in bf16 for
    CPUs without AVX-512, and raises a RuntimeError there."""

    def forward(self, x: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        with torch.autocast(x.device.type, enabled=False):
            return super().forward(x.to(self.weight_ih_l0.dtype))


class RecurrentGenerator(Generator):
    """An LSTM that gets an equal part of z at each moment, and a linear layer for each moment:
    (N, z_dim) -> (N, channels, T), tanh of the last layer scaled to [low, high], or to [-1, 1].

    Args:
        hidden: numbers in the state of the LSTM.
    """

    capturable = False  # the LSTM of cuDNN chooses its kernels by itself

    def __init__(self, spec: Spec, hidden: Count = 100) -> None:
        super().__init__(spec)
        _check(spec)
        channels, moments = spec.shape
        if spec.z_dim % moments:
            raise UsageError(
                f"The generator 'recurrent' gets an equal part of z at each of {moments} moments, "
                f"and z has {spec.z_dim} numbers: --set prior.dim={5 * moments}"
            )
        self.lstm = LSTM(spec.z_dim // moments, hidden, batch_first=True)
        self.last = nn.Linear(hidden, channels)

    def forward(self, z: Tensor) -> Tensor:
        moments = self.spec.shape[1]
        h, _ = self.lstm(z.reshape(-1, moments, self.spec.z_dim // moments))  # (N, T, hidden)
        x = self.last(h).tanh().transpose(1, 2)
        return self.spec.ranged(x)


class RecurrentDiscriminator(Discriminator):
    """An LSTM over the moments, and a score of each: (N, channels, T) -> (N, T).

    Args:
        hidden: numbers in the state of the LSTM.
    """

    capturable = False

    def __init__(self, spec: Spec, hidden: Count = 100) -> None:
        super().__init__(spec)
        _check(spec)
        self.lstm = LSTM(spec.shape[0], hidden, batch_first=True)
        self.last = nn.Linear(hidden, 1)

    def forward(self, x: Tensor) -> Tensor:
        h, _ = self.lstm(x.mT)
        return self.last(h).squeeze(2)
