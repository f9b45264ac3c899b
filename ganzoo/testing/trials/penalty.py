"""A penalty beside a discriminator that it may ask for scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from ganzoo.assembly.build import build, component
from ganzoo.game import Game
from ganzoo.interfaces import Penalty
from ganzoo.recipe import Recipe
from ganzoo.testing.cases import CASES, batch
from ganzoo.testing.dice import seeded
from ganzoo.testing.dummies import RECIPE
from ganzoo.testing.subject import Rehearsal, Subject, parts_of
from ganzoo.testing.tensors import same
from ganzoo.testing.trials import TRIALS, Outcome, attempt
from ganzoo.types import Batch, Spec

SHAPES = ("gray 28x28", "2-D vectors with 8 labels")


@dataclass(frozen=True)
class PenaltyTrial:
    """The only penalty of a recipe, for one spec."""

    case: str
    recipe: Recipe
    spec: Spec
    rehearsal: Rehearsal

    def build(self, seed: int = 0) -> tuple[Game, Penalty]:
        """The game, and the penalty, its own state drawn under the seed."""
        registry, (part,) = self.rehearsal.registry, self.recipe.penalties
        with seeded(0):
            game = build(self.recipe.replace(penalties=()), self.spec, registry)
        with seeded(seed):
            penalty: Penalty = component("penalty", part, registry)
        return game.train(), penalty.train()

    def run(self, built: tuple[Game, Penalty]) -> Tensor:
        return self.term(*built)

    def term(
        self,
        game: Game,
        penalty: Penalty,
        seed: int = 1,
        around: AbstractContextManager[Any] | None = None,
    ) -> Tensor:
        """What it adds to the discriminator's loss, as in a turn of the game; only the penalty
        itself runs inside ``around``."""
        device = next(game.discriminator.parameters()).device
        with seeded(seed):
            real = game.real(batch(self.spec, device))
            fake = game.fake(real)
            if penalty.needs_gradient:
                real, fake = _leaf(real), _leaf(fake)
            scores = game.score_both(real, fake)
            with around or nullcontext():
                term: Tensor = penalty(game.score, *scores)
        return term

    def steady(self) -> bool:
        """Whether it adds the same when it is made and used in the same way again."""
        return same(*(self.term(*self.build()) for _ in range(2)))


def _leaf(batch: Batch) -> Batch:
    assert batch.x is not None
    return batch.replace(x=batch.x.detach().requires_grad_())


def _trials(subject: Subject) -> list[Outcome]:
    return [attempt(case, _ways(subject, case)) for case in SHAPES]


def _ways(subject: Subject, case: str) -> Iterator[tuple[bool, PenaltyTrial]]:
    """Beside a stand-in, then through each recipe that uses it."""
    rehearsal, spec = subject.rehearsal, CASES[case]
    yield False, PenaltyTrial(case, RECIPE.replace(penalties=(subject.part,)), spec, rehearsal)
    for recipe, field in rehearsal.recipes_with(subject.entry):
        names = (subject.entry.name, subject.entry.qualified)
        options = next(p.options for p in parts_of(recipe, field) if p.name in names)
        for part in (subject.part, type(subject.part)(subject.entry.qualified, options)):
            yield True, PenaltyTrial(case, recipe.replace(penalties=(part,)), spec, rehearsal)


TRIALS["penalty"] = _trials
