"""A game with more updates of D in its first steps."""

from collections.abc import Iterable
from typing import Any

from ganzoo import Count, Game, register


@register("game", "my-head-start")
class HeadStart(Game):
    """The standard game, with more updates of D in each of the first steps.

    Args:
        first: number of steps with more updates of D.
        more: number of updates of D that are added to each of these steps.
    """

    def __init__(
        self, *args: Any, first: Count = 25, more: Count = 20, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.first, self.more = first, more

    def updates(self, step: int) -> Iterable[tuple[str, ...]]:
        usual = [*super().updates(step)]
        return [("d",)] * self.more + usual if step <= self.first else usual
