"""Many samples of a trained generator, made a few hundred at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

import torch
from torch import Tensor

from ganzoo.sampling.conditions import Conditions, require
from ganzoo.types import Batch

if TYPE_CHECKING:
    from ganzoo.sampling.trained import Trained

BATCH = 500
Rows = TypeVar("Rows", Tensor, Batch)


def split(rows: Rows) -> Iterator[Rows]:
    """A few hundred of the rows at a time."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]


@torch.no_grad()
def in_pieces(
    trained: Trained,
    noise: Batch,
    conditions: Conditions | None = None,
    generate: Callable[[Batch], Tensor] | None = None,
) -> Iterator[Batch]:
    """The rows of the noise, each piece with its samples x, float32. ``generate``: how they are
    made of a piece; by default as in ``Trained.generate``."""
    for number, piece in enumerate(split(noise)):
        if conditions is not None:
            piece = conditions.of(piece, number * BATCH, trained.spec)
        require(trained.game, piece)
        yield piece.replace(x=(generate or trained.generate)(piece))


def joined(made: Iterator[Batch]) -> Tensor:
    """(n, *spec.shape): the samples of all pieces."""
    return torch.cat([piece.x for piece in made if piece.x is not None])
