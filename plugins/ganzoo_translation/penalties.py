"""What a translation must keep: the terms of CycleGAN (arXiv:1703.10593, section 3.2 and 5.2)."""

from typing import Any

import torch
from torch import Tensor

from ganzoo import Penalty, Scores, UsageError, Weight


class WayBack(Penalty):
    """A term of G for a game that translates in two directions. Subclasses define ``distance``,
    which is logged under ``name``: that of the direction that was computed last.

    Args:
        weight: of the term, for images in the range [-1, 1].
    """

    player = "g"
    name: str
    last: Tensor  # (), the distance in the last update

    def __init__(self, weight: Weight) -> None:
        super().__init__()
        self.weight = weight
        self.register_buffer("last", torch.tensor(0.0))

    def check(self, game: Any) -> None:
        if not hasattr(game, "inverse"):
            raise UsageError(
                f"The penalty {self.name!r} is for a game that translates in two directions: "
                "choose --game two-way, as the recipe cyclegan does, or leave it out"
            )

    def forward(self, game: Any, real: Scores | None, fake: Scores) -> Tensor:
        distance = self.distance(game, fake)
        self.last.copy_(distance.detach())
        return self.weight * distance

    def distance(self, game: Any, fake: Scores) -> Tensor:
        raise NotImplementedError(f"{type(self).__name__} must define distance()")

    def report(self) -> dict[str, Tensor]:
        return {self.name: self.last.clone()}


class Cycle(WayBack):
    """weight * E |F(G(a)) - a|: an image that was translated is translated back
    (arXiv:1703.10593, equation 2).

    Args:
        weight: lambda, for images in the range [-1, 1] of the paper.
    """

    name = "cycle"

    def __init__(self, weight: Weight = 10.0) -> None:
        super().__init__(weight)

    def distance(self, game: Any, fake: Scores) -> Tensor:
        back = game.translated_back(fake.batch, fake.batch.tensor("x"))
        return (back - fake.batch.tensor("source")).abs().mean()


class Identity(WayBack):
    """weight * E |F(a) - a|: an image that is of the domain already stays as it is
    (arXiv:1703.10593, section 5.2).

    Args:
        weight: of the term, for images in the range [-1, 1] of the paper.
    """

    name = "identity"

    def __init__(self, weight: Weight = 5.0) -> None:
        super().__init__(weight)

    def distance(self, game: Any, fake: Scores) -> Tensor:
        source = fake.batch.tensor("source")
        return (game.translated_back(fake.batch, source) - source).abs().mean()
