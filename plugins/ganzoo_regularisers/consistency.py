"""Consistency regularisation (arXiv:1910.12027, arXiv:2002.04724)."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Count, Penalty, Scores, Share, UsageError, Weight


class Consistency(Penalty):
    """weight * E (D(x) - D(T(x)))² over the data (arXiv:1910.12027, equation 4), and with
    ``fake_weight`` the same over the fakes (arXiv:2002.04724, algorithm 1). T shifts images
    (N, C, H, W) at random by whole pixels, mirrored at their edges, and may mirror them.

    Both papers mirror images, too, which suits photos and not digits.

    Args:
        weight: lambda, on real samples.
        fake_weight: lambda on fakes; balanced consistency regularisation takes 10 for both.
        shift: the greatest shift, as a share of the side; 4 of 32 pixels in the papers.
        flip: whether T mirrors every second image left to right.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    def __init__(
        self,
        weight: Weight = 10.0,
        fake_weight: Weight = 0.0,
        shift: Share = 0.125,
        flip: bool = False,
        interval: Count = 1,
    ) -> None:
        super().__init__()
        self.weight, self.fake_weight, self.interval = weight, fake_weight, interval
        self.shift, self.flip = shift, flip

    def check(self, game: Any) -> None:
        for spec in (game.spec, game.d_spec()):  # D sees codes of images in the game aae
            if not spec.image:
                raise UsageError(
                    "The penalty 'consistency' shifts images, and a sample that the discriminator "
                    f"sees here has the shape {spec.shape}: leave it out, or choose a dataset of "
                    "images and a game whose discriminator sees them"
                )

    def forward(self, game: Any, real: Scores, fake: Scores) -> Tensor:
        term = self.weight * self._difference(game, real)
        if "fake_weight" in self.schedules or self.fake_weight:  # never asks a scheduled number
            term = term + self.fake_weight * self._difference(game, fake)
        return term

    def _difference(self, game: Any, scores: Scores) -> Tensor:
        x = scores.batch.x.detach()
        changed = game.score(scores.batch.replace(x=self._changed(x))).score
        return (scores.score - changed).square().mean()

    def _changed(self, x: Tensor) -> Tensor:
        for axis in (2, 3):
            x = _shifted(x, int(self.shift * x.shape[axis] + 0.5), axis)
        if self.flip:
            mirrored = torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5
            x = torch.where(mirrored, x.flip(3), x)
        return x


def _shifted(x: Tensor, most: int, axis: int) -> Tensor:
    """Each image shifted along the axis by up to ``most`` pixels, its edges mirrored."""
    side = x.shape[axis]
    shift = torch.randint(-most, most + 1, (len(x), 1), device=x.device)
    place = (torch.arange(side, device=x.device) + shift).remainder(2 * side)  # (N, side)
    place = torch.minimum(place, 2 * side - 1 - place)
    shape = [len(x), 1, 1, 1]
    shape[axis] = side
    return x.gather(axis, place.reshape(shape).expand_as(x))
