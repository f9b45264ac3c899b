"""A game for penalties: it scores batches, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

from ganzoo import Batch, Scores


class ScoredBy:
    """Scores batches by a function."""

    def __init__(self, score: Callable[[Batch], Scores]) -> None:
        self.score = score
