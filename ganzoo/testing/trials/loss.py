"""A loss before scores: made up, or, where it reads more than scores, out of a recipe's game."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from ganzoo.assembly.build import component
from ganzoo.interfaces import Loss
from ganzoo.recipe import Part, Recipe
from ganzoo.testing.cases import CASES, COUNT, batch
from ganzoo.testing.dice import seeded
from ganzoo.testing.dummies import StandInPrior
from ganzoo.testing.subject import Rehearsal, Subject, parts_of
from ganzoo.testing.trials import TRIALS, Outcome, attempt
from ganzoo.testing.trials.play import staged
from ganzoo.types import Scores

Verdicts = tuple[Scores, Scores]


@dataclass(frozen=True)
class LossTrial:
    """A loss and the scores it is shown. ``term``: whether recipes only ever add it to another
    loss, which then says what the players minimise."""

    case: str
    part: Part
    shown: Verdicts
    rehearsal: Rehearsal
    term: bool = False

    def build(self, seed: int = 0) -> Loss:
        with seeded(seed):
            loss: Loss = component("loss", self.part, self.rehearsal.registry)
        return loss.train()

    def run(self, built: Loss) -> tuple[Tensor, Tensor]:
        real, fake = self.scores()
        return self.losses(built, real, fake)

    @staticmethod
    def losses(
        loss: Loss,
        real: Scores,
        fake: Scores,
        around: AbstractContextManager[Any] | None = None,
    ) -> tuple[Tensor, Tensor]:
        """What D minimises, and what G minimises."""
        with seeded(1), around or nullcontext():
            return loss.discriminator(real, fake), loss.generator(real, fake)

    def scores(self, real: float | None = None, fake: float | None = None) -> Verdicts:
        """Fresh scores whose scores and further outputs are leaves that gradients are taken by;
        all the scores the given ones, if any."""
        scores = (real, fake)
        first, second = (
            _leaves(scores, score) for scores, score in zip(self.shown, scores, strict=True)
        )
        return first, second


def _leaves(scores: Scores, score: float | None) -> Scores:
    scores = scores.score if score is None else torch.full_like(scores.score, score)
    aux = {
        key: value.detach().clone().requires_grad_(value.is_floating_point())
        for key, value in scores.aux.items()
    }
    return replace(scores, score=scores.detach().clone().requires_grad_(), aux=aux)


def _made_up() -> Verdicts:
    """Verdicts of a discriminator that is none too sure, and gives nothing but scores."""
    spec = CASES["gray 28x28"].replace(classes=10)
    dice = torch.Generator().manual_seed(0)

    def scores(centre: float) -> Scores:
        sample = batch(spec).replace(z=torch.randn(COUNT, StandInPrior.dim, generator=dice))
        return Scores(centre + torch.randn(COUNT, generator=dice), sample)

    return scores(0.5), scores(-0.5)


def _judged(recipe: Recipe, rehearsal: Rehearsal) -> Verdicts:
    """Verdicts of a recipe's own discriminator, on what its own generator makes."""
    game, some = staged(rehearsal.small(recipe), rehearsal)
    with seeded(1), torch.no_grad():
        real = game.real(some)
        scores = game.score_both(real, game.fake(real))
    return scores


def _trials(subject: Subject) -> list[Outcome]:
    return [attempt("", _ways(subject))]


def _ways(subject: Subject) -> Iterator[tuple[bool, LossTrial]]:
    """By itself, then through each recipe that uses it."""
    rehearsal, users = subject.rehearsal, subject.rehearsal.recipes_with(subject.entry)
    term = bool(users) and all(field == "extra_losses" for _, field in users)
    yield False, LossTrial("", subject.part, _made_up(), rehearsal, term)
    for recipe, field in users:
        names = (subject.entry.name, subject.entry.qualified)
        options = next(p.options for p in parts_of(recipe, field) if p.name in names)
        shown = _judged(recipe, rehearsal)
        for each in ({}, options):
            part = Part(subject.entry.qualified, each)
            yield True, LossTrial(f"in {recipe.name}", part, shown, rehearsal, term)


TRIALS["loss"] = _trials
