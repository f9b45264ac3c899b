"""The order of updates in the code of arXiv:1701.07875."""

from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta

from ganzoo import Game

Steps = Annotated[int, Meta(ge=0)]
Burst = Annotated[int, Meta(ge=1, le=10_000)]


class CriticFirst(Game):
    """The critic has ``burst`` updates instead of ``d_updates`` in the first ``warmup`` steps and
    in every ``again``-th step, so that its estimate of the distance is good before G's update.

    Args:
        burst: updates of the critic in such a step.
        warmup: number of first steps with a burst.
        again: steps from one later burst to the next; 0 for no later bursts.
    """

    def __init__(
        self,
        *given: Any,
        burst: Burst = 100,
        warmup: Steps = 25,
        again: Steps = 500,
        **options: Any,
    ) -> None:
        super().__init__(*given, **options)
        self.burst, self.warmup, self.again = burst, warmup, again

    def updates(self, step: int) -> Iterable[tuple[str, ...]]:
        usual = list(super().updates(step))
        if step <= self.warmup or (self.again and step % self.again == 0):
            return [("d",)] * self.burst + [players for players in usual if players != ("d",)]
        return usual
