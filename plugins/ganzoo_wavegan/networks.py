"""The networks of WaveGAN (arXiv:1802.04208, tables 2 and 3)."""

from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor, nn

from ganzoo import Count, Discriminator, Generator, Spec, UsageError

KERNEL, STRIDE, FIRST = 25, 4, 16  # FIRST: moments before the first transposed convolution
Shift = Annotated[int, Meta(ge=0, le=16)]


def layers_of(spec: Spec, first: int = FIRST) -> int:
    """The number of convolutions between ``first`` moments and a waveform. Raises UsageError for
    another length than 16 times a power of 4."""
    length = spec.shape[-1]
    count = 0
    while first * STRIDE**count < length:
        count += 1
    if len(spec.shape) != 2 or first * STRIDE**count != length or not count:
        raise UsageError(
            "The networks 'wavegan' are for sounds, (channels, T), where T is 64, 256, 1024, 4096, "
            f"16384 or 65536, and not for samples of shape {spec.shape}: choose --dataset tones, "
            "or --dataset sounds:FOLDER with --set dataset.length=4096"
        )
    return count


class WaveGenerator(Generator):
    """A linear layer to 16 moments, then transposed convolutions of 25 weights and stride 4:
    (N, z_dim) -> (N, channels, T) in [-1, 1], or in [low, high].

    Args:
        width: channels before the last convolution; each layer before has twice as many.
    """

    def __init__(self, spec: Spec, width: Count = 32) -> None:
        super().__init__(spec)
        count = layers_of(spec)
        widths = [width << (count - 1 - k) for k in range(count)]
        self.first = nn.Linear(spec.z_dim, widths[0] * FIRST)
        self.widest = widths[0]
        layers: list[nn.Module] = []
        for wide, narrow in zip(widths, [*widths[1:], spec.shape[0]], strict=True):
            layers += [
                nn.ReLU(),
                nn.ConvTranspose1d(wide, narrow, KERNEL, STRIDE, padding=11, output_padding=1),
            ]
        self.body = nn.Sequential(*layers)

    def forward(self, z: Tensor) -> Tensor:
        h = self.first(z).reshape(-1, self.widest, FIRST)
        x = self.body(h).tanh()
        return self.spec.ranged(x)


class PhaseShuffle(nn.Module):
    """Shift each sample in time by a random number of moments from -n to n, the same for all of its
    channels; the ends are filled by reflection (section 3.3): (N, C, T) to the same. Without it, D
    can tell fakes by the phase of the artefacts of transposed convolutions."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.n = n

    def forward(self, x: Tensor) -> Tensor:
        if not self.n or not self.training:
            return x
        shift = torch.randint(-self.n, self.n + 1, (len(x), 1, 1), device=x.device)
        return shifted(x, shift)


def shifted(x: Tensor, shift: Tensor) -> Tensor:
    """x (N, C, T), moved to the right by ``shift``, int64 (N, 1, 1), with reflection."""
    last = x.shape[2] - 1
    place = (torch.arange(x.shape[2], device=x.device) - shift).abs()  # (N, 1, T)
    place = last - (last - place).abs()
    return x.gather(2, place.expand(-1, x.shape[1], -1))


class WaveDiscriminator(Discriminator):
    """Convolutions of 25 weights and stride 4 with leaky rectifiers of slope 0.2, phase shuffle
    after each but the last one, and a linear layer: (N, channels, T) -> (N,).

    Args:
        width: channels after the first convolution; each later layer has twice as many.
        shuffle: the greatest shift of the phase shuffle, in moments of each layer.
    """

    def __init__(self, spec: Spec, width: Count = 32, shuffle: Shift = 2) -> None:
        super().__init__(spec)
        count = layers_of(spec)
        layers: list[nn.Module] = []
        channels = spec.shape[0]
        for k in range(count):
            wider = width << k
            layers += [
                nn.Conv1d(channels, wider, KERNEL, STRIDE, padding=11),
                nn.LeakyReLU(0.2),
            ]
            if k < count - 1:
                layers.append(PhaseShuffle(shuffle))
            channels = wider
        self.body = nn.Sequential(*layers)
        self.last = nn.Linear(channels * FIRST, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.body(x).flatten(1)).squeeze(1)
