"""Whose turn it is in the code of arXiv:1701.07875."""

from collections.abc import Iterable
from typing import Any

from ganzoo import Game, UsageError


class CriticFirst(Game):
    """The critic takes ``burst`` turns instead of ``d_steps`` in the first ``warmup`` rounds and in
    every ``again``-th one, so that its estimate of the distance is good before G descends it.

    Args:
        burst: turns of the critic in such a round.
        warmup: how many rounds at the start are such.
        again: after how many rounds there is one again; 0 for never.
    """

    def __init__(
        self, *given: Any, burst: int = 100, warmup: int = 25, again: int = 500, **knobs: Any
    ) -> None:
        super().__init__(*given, **knobs)
        if burst < 1 or warmup < 0 or again < 0:
            raise UsageError(
                "game.burst must be at least 1, game.warmup and game.again at least 0."
            )
        self.burst, self.warmup, self.again = burst, warmup, again

    def schedule(self, step: int) -> Iterable[tuple[str, ...]]:
        turns = list(super().schedule(step))
        if step <= self.warmup or (self.again and step % self.again == 0):
            return [("d",)] * self.burst + [turn for turn in turns if "g" in turn]
        return turns
