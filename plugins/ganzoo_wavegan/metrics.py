"""A metric of tones and of sines."""

import math
from typing import Annotated, ClassVar

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Data, Metric, UsageError

MOST_OVERTONES, GAIN = 6, 0.02
REALS = 1_000
Overtones = Annotated[int, Meta(ge=0, le=MOST_OVERTONES)]


class ToneMetric(Metric):
    """Each sample is fitted by a constant and a sum of sines, whose frequencies are the multiples
    1, 2, ... of a fundamental frequency, by least squares. The fundamental frequency is that of the
    best fit; of fits that are nearly as good, the highest. The residual is the share of the
    sample's variance that is not fitted.

    - ``residual``: its median over the fakes; 0 to 1.
    - ``fitting``: the share of fakes whose residual is at most the one that 95 % of the real
      samples have; about 0.95 for a perfect generator.
    - ``pitch_distance``: the Wasserstein distance between the fundamental frequencies of real
      samples and fakes, in octaves.

    Args:
        harmonics: number of sines; 0 for as many as the real samples need, at most 6.
    """

    lower_is_better: ClassVar[dict[str, bool]] = {
        "residual": True,
        "fitting": False,
        "pitch_distance": True,
    }
    num_fakes: ClassVar[int | None] = 1_000

    def __init__(self, harmonics: Overtones = 0) -> None:
        self.harmonics = harmonics

    def check(self, real: Data) -> None:
        shape = real.x.shape[1:]
        if real.discrete or len(shape) != 2 or shape[0] != 1 or shape[1] < 16:
            raise UsageError(
                "The metric 'tones' is for numbers over time, (1, T) with T of 16 or more, and not "
                f"for samples of the shape {tuple(shape)}."
            )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        self.check(fake)
        x, y = (data.x[:, 0].cpu().float() for data in (real, fake))
        x = x[:REALS]
        residual, pitch = fit(x, self.harmonics or needed(x[:200]))
        residual_fake, pitch_fake = fit(y, self.harmonics or needed(x[:200]))
        limit = residual.quantile(0.95)
        return {
            "residual": float(residual_fake.median()),
            "fitting": float((residual_fake <= limit).double().mean()),
            "pitch_distance": wasserstein(pitch.log2(), pitch_fake.log2()),
        }


def needed(x: Tensor) -> int:
    """The number of sines after which one more fits the samples by less than 0.02 better."""
    fitted = 0.0
    for harmonics in range(1, MOST_OVERTONES + 1):
        now = 1 - float(fit(x, harmonics)[0].median())
        if now < fitted + GAIN:
            return harmonics - 1
        fitted = now
    return MOST_OVERTONES


def fit(x: Tensor, harmonics: int) -> tuple[Tensor, Tensor]:
    """The residual and the fundamental frequency, in periods per moment, of each sample: (N,) and
    (N,), for x (N, T)."""
    x = x - x.mean(1, keepdim=True)
    power = x.square().sum(1).clamp(min=1e-12)
    length = x.shape[1]
    step = 0.25 / length if length > 100 else 0.05 / length
    frequencies = torch.arange(0.75 / length, 0.125 if length > 100 else 0.25, step)
    shares = []
    for frequency in frequencies.tolist():
        shares.append((x @ basis(length, frequency, harmonics)).square().sum(1) / power)
    share = torch.stack(shares, 1)  # (N, F)
    best = share.amax(1, keepdim=True)
    good = share >= best - 0.02 * best
    highest = len(frequencies) - 1 - good.flip(1).int().argmax(1)
    # The peak near the highest good frequency: half the width of a peak is 1 / length.
    near = (torch.arange(len(frequencies)) - highest[:, None]).abs() * step <= 1 / length
    place = share.masked_fill(~near, -1).argmax(1)
    return (1 - best[:, 0]).clamp(0, 1), frequencies[place]


def basis(length: int, frequency: float, harmonics: int) -> Tensor:
    """(length, 2 K): an orthonormal basis of the sines and cosines of the first multiples of a
    frequency, of those below 1/2, without their means."""
    time = torch.arange(length, dtype=torch.float64)
    used = [k for k in range(1, harmonics + 1) if k * frequency < 0.5]
    turns = 2 * math.pi * frequency * torch.tensor(used, dtype=torch.float64) * time[:, None]
    waves = torch.cat((turns.sin(), turns.cos()), 1)
    return torch.linalg.qr(waves - waves.mean(0))[0].float()


def wasserstein(a: Tensor, b: Tensor) -> float:
    """The Wasserstein-1 distance of two samples of numbers: the mean distance of their
    quantiles."""
    places = (torch.arange(1000, dtype=torch.float64) + 0.5) / 1000
    return float((a.double().quantile(places) - b.double().quantile(places)).abs().mean())
