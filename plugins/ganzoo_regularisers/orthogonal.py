"""Orthogonal regularisation as BigGAN relaxes it (arXiv:1809.11096)."""

from collections.abc import Iterator
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganzoo import Count, Penalty, Scores, UsageError, Weight


class Orthogonal(Penalty):
    """weight * sum |W Wᵀ ⊙ (1 - I)|² over the linear and convolutional layers of a player
    (arXiv:1809.11096, equation 3), W having a row for each output: different filters become
    orthogonal, and their norms stay free. Filters of different groups read different channels, and
    are not compared. With spectral normalisation, W is the learned weight, before normalisation.

    Args:
        weight: beta.
        player: "d" or "g", whose layers have the penalty.
        interval: compute the penalty every ``interval`` steps, multiplied by ``interval``.
    """

    def __init__(
        self, weight: Weight = 1e-4, player: Literal["d", "g"] = "d", interval: Count = 1
    ) -> None:
        super().__init__()
        self.weight, self.player, self.interval = weight, player, interval

    def check(self, game: Any) -> None:
        if not any(True for _ in self._layers(game)):
            raise UsageError(
                f"The penalty 'orthogonal' is on linear and convolutional layers, and the player "
                f"{self.player!r} has none: leave it out, or choose other networks"
            )

    def forward(self, game: Any, real: Scores | None, fake: Scores) -> Tensor:
        terms = [_overlap(filters(layer)) for layer in self._layers(game)]
        return self.weight * torch.stack(terms).sum()

    def _layers(self, game: Any) -> Iterator[nn.Module]:
        for role in game.players().get(self.player, []):
            for module in game.get_submodule(role).modules():
                if isinstance(module, nn.Linear | nn.modules.conv._ConvNd):
                    yield module


def filters(layer: Any) -> Tensor:
    """A layer's weights as (groups, outputs of a group, weights of an output)."""
    weight = layer.weight if not parametrize.is_parametrized(layer, "weight") else None
    if weight is None:
        weight = layer.parametrizations.weight.original
    groups = getattr(layer, "groups", 1)
    weight = weight.reshape(groups, len(weight) // groups, *weight.shape[1:])
    if getattr(layer, "transposed", False):
        weight = weight.transpose(1, 2)  # transposed layers have the inputs first
    return weight.flatten(2)


def _overlap(weight: Tensor) -> Tensor:
    """The sum of squared inner products of different rows of a group: (groups, rows, columns)."""
    with torch.autocast(weight.device.type, enabled=False):
        if weight.shape[1] > weight.shape[2]:
            # W Wᵀ and Wᵀ W have the same sum of squares, and Wᵀ W is the smaller matrix.
            products = weight.transpose(1, 2) @ weight
            return products.square().sum() - weight.square().sum(2).square().sum()
        products = weight @ weight.transpose(1, 2)
        return products.square().sum() - products.diagonal(dim1=1, dim2=2).square().sum()
