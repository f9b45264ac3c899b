"""The values of z that a prior gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from ganzoo.engine.game import Game

DRAWS = 4096


@dataclass(frozen=True)
class PriorRange:
    """std: the standard deviation of the coordinates of z, over all of them. gaussian: whether they
    are independent and normal with mean 0. low, high: (z_dim,), the least and the greatest value of
    each coordinate in ``DRAWS`` draws. shortest, longest: of the lengths of these draws."""

    std: float
    gaussian: bool
    low: Tensor
    high: Tensor
    shortest: Tensor
    longest: Tensor

    @classmethod
    def of(cls, game: Game, codes: Mapping[str, Any] | None = None) -> PriorRange:
        """That of a game's prior, always the same. ``codes``: values that are given for codes, so
        that the numbers of z which hold them have no other value."""
        z = game.noise(DRAWS, seed=0, given=codes).z
        assert z is not None
        std, lengths = game.prior.normal_std, z.norm(dim=1)
        return cls(
            std=std or float(z.std()) or 1.0,
            gaussian=std is not None,
            low=z.amin(0),
            high=z.amax(0),
            shortest=lengths.min(),
            longest=lengths.max(),
        )

    def unlikeliness(self, z: Tensor) -> Tensor:
        """(N,): minus the logarithm of the density of each z, (N, z_dim), for each coordinate and
        without its constant: half the mean square, in standard deviations. 0 for a prior that is
        not normal."""
        if not self.gaussian:
            return z.new_zeros(len(z))
        return (z / self.std).square().mean(1) / 2

    def nearest(self, z: Tensor) -> Tensor:
        """z, (N, z_dim), moved to lengths and coordinates that the prior has drawn. z for a normal
        prior is left as it is: there ``unlikeliness`` keeps z likely."""
        if self.gaussian:
            return z
        lengths = z.norm(dim=1, keepdim=True)
        scaled = z * (lengths.clamp(self.shortest, self.longest) / lengths.clamp_min(1e-12))
        return torch.clamp(scaled, self.low, self.high)
