"""Rules of play under which D has a head start."""

from collections.abc import Iterable
from typing import Any

from ganzoo import Count, Game, register


@register("game", "my-head-start")
class HeadStart(Game):
    """The standard game, with more updates of D in each of the first steps.

    Args:
        first: in how many steps.
        more: how many updates of D are added to each of them.
    """

    def __init__(
        self, *given: Any, first: Count = 25, more: Count = 20, **rules: Any
    ) -> None:
        super().__init__(*given, **rules)
        self.first, self.more = first, more

    def updates(self, step: int) -> Iterable[tuple[str, ...]]:
        usual = [*super().updates(step)]
        return [("d",)] * self.more + usual if step <= self.first else usual
