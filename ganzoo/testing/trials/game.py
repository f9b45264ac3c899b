"""A game, played by stand-ins, or by a recipe that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import torch

from ganzoo.assembly.build import build, component
from ganzoo.engine import Engine
from ganzoo.game import Game
from ganzoo.recipe import Recipe
from ganzoo.run import Run
from ganzoo.run.observers import Observers
from ganzoo.testing.cases import CASES, batch, tiny
from ganzoo.testing.dice import seeded
from ganzoo.testing.dummies import RECIPE
from ganzoo.testing.subject import Rehearsal, Subject, with_part
from ganzoo.testing.trials import TRIALS, Outcome, attempt
from ganzoo.types import Losses, Spec


@dataclass(frozen=True)
class GameTrial:
    """The game that a recipe names, for one spec."""

    case: str
    recipe: Recipe
    spec: Spec
    rehearsal: Rehearsal

    def build(self) -> Game:
        """The game, with an optimizer for whoever plays in it."""
        return self._built()[0]

    def _built(self) -> tuple[Game, Recipe]:
        registry, recipe = self.rehearsal.registry, self.recipe
        with seeded(0):
            game = build(recipe, self.spec, registry, training=False)
            game.discriminator = component(
                "discriminator", recipe.discriminator, registry, spec=game.d_spec()
            )
            recipe = recipe.replace(
                optimizer={who: Part("sgd", {"lr": 0.05}) for who in game.players()}
            )
            return build(recipe, self.spec, registry).train(), recipe

    def run(self, built: Game) -> list[tuple[tuple[str, ...], Losses]]:
        """The turns of a step, in which nobody moves."""
        if bad_schedule(built):
            return []
        with seeded(1):
            some = batch(self.spec)
            return [(players, built.losses(players, some, 1)) for players in built.updates(1)]

    def engine(self) -> Engine:
        """An engine ready to play; it has no run, since it neither logs nor saves."""
        game, recipe = self._built()
        with seeded(0):
            data = tiny(self.spec)
            game.prepare(data)
            cpu = torch.device("cpu")
            return Engine(game, data, recipe, cast(Run, None), Observers(()), device=cpu)


def bad_schedule(game: Game) -> str:
    """What is wrong with its schedule, if anything."""
    players = game.players()
    for step in (1, 2):
        updates = list(game.updates(step))
        if not updates:
            return f"step {step} has no turns"
        for players in updates:
            if not isinstance(players, tuple) or not players:
                return f"a turn is {players!r}, not a tuple of players"
            strangers = [who for who in players if who not in players]
            if strangers:
                return f"{strangers[0]!r} is to move, who is not among players() {list(players)}"
    return ""


def _trials(subject: Subject) -> list[Outcome]:
    return [attempt(case, _ways(subject, case, spec)) for case, spec in CASES.items()]


def _ways(subject: Subject, case: str, spec: Spec) -> Iterator[tuple[bool, GameTrial]]:
    rehearsal, entry = subject.rehearsal, subject.entry
    alone = with_part(RECIPE, "game", entry)
    yield False, GameTrial(case, alone, spec, rehearsal)
    for recipe, _ in rehearsal.recipes_with(entry):
        for options in ({}, recipe.game.options):
            mine = with_part(recipe.replace(batch_size=8, samples=8), "game", entry, **options)
            yield True, GameTrial(case, mine, spec, rehearsal)


TRIALS["game"] = _trials
