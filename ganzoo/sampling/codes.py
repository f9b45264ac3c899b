"""Latent codes of a prior, which take their values in turn."""

from __future__ import annotations

from ganzoo.engine.game import Game
from ganzoo.errors import UsageError, near
from ganzoo.types import Batch


def traversed(game: Game, noise: Batch, name: str, count: int) -> Batch:
    """Each row of the noise once for each value of the code ``name``, one row after the other.
    ``count``: the number of values, of a code with more than a few. Raises UsageError for an
    unknown code."""
    codes = game.prior.codes
    if name not in codes:
        raise UsageError(f"The noise of this generator has no code {name!r}. {near(name, codes)}")
    values = game.prior.traversal(name, count)
    columns = Batch.join([game.give(noise, name, value) for value in values])
    rows = len(noise)
    return columns[[column * rows + row for row in range(rows) for column in range(len(values))]]
