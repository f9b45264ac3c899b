"""Rules of play under which D has a head start."""

from collections.abc import Iterable, Sequence
from typing import Any

from ganzoo import Game, Loss, NoisePrior, Penalty, Spec, register


@register("game", "my-head-start")
class HeadStart(Game):
    """The usual game, with more turns for D in each of the first steps.

    Args:
        steps: how many steps that is.
        turns: how many turns D has more.
    """

    def __init__(
        self,
        spec: Spec,
        prior: NoisePrior,
        loss: Loss | None = None,
        penalties: Sequence[Penalty] = (),
        *,
        steps: int = 25,
        turns: int = 100,
        **rules: Any,
    ) -> None:
        super().__init__(spec, prior, loss, penalties, **rules)
        self.steps, self.turns = steps, turns

    def updates(self, step: int) -> Iterable[tuple[str, ...]]:
        usual = super().updates(step)
        return [("d",)] * self.turns + [*usual] if step <= self.steps else usual
