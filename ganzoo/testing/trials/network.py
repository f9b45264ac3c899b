"""A generator or a discriminator in a game built for one spec."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from ganzoo.assembly.build import build, component
from ganzoo.game import Game
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.testing.cases import CASES, COUNT, batch
from ganzoo.testing.dice import seeded
from ganzoo.testing.dummies import RECIPE
from ganzoo.testing.subject import Subject, with_part
from ganzoo.testing.tensors import differing
from ganzoo.testing.trials import TRIALS, Outcome, attempt
from ganzoo.types import Batch, Spec

Named = dict[str, Tensor]


@dataclass(frozen=True)
class NetworkTrial:
    """The network that a recipe names as its ``field``, in that recipe's game, for one spec."""

    case: str
    field: str
    recipe: Recipe
    spec: Spec
    registry: Registry

    def build(self, seed: int = 0) -> Game:
        """The game with that network, in training mode, its weights drawn under the seed."""
        with seeded(seed):
            game = build(self.recipe, self.spec, self.registry, training=False)
            if self.field == "discriminator":
                made = self.recipe.discriminator
                game.discriminator = component(
                    "discriminator", made, self.registry, spec=game.d_spec()
                )
        return game.train()

    def network(self, game: Game) -> nn.Module:
        return game.generator if self.field == "generator" else game.discriminator

    def run(self, built: Game) -> Named:
        return self.outputs(built)

    def outputs(
        self,
        game: Game,
        seed: int = 1,
        around: AbstractContextManager[Any] | None = None,
        reals: Batch | None = None,
    ) -> Named:
        """What the network gives, by name: x of a generator; score and aux of a discriminator.

        Everything random is drawn under ``seed``; only the network itself runs inside ``around``.
        """
        with seeded(seed):
            given = self.inputs(game, reals)
            with around or nullcontext():
                return self.call(game, given)

    def steady(self) -> bool:
        """Whether the same weights give the same outputs under the same seed."""
        game = self.build()
        twin = copy.deepcopy(game)
        return not differing(self.outputs(game), self.outputs(twin))

    def inputs(self, game: Game, reals: Batch | None = None) -> Batch:
        """Noise for a generator, real samples as the game shows them for a discriminator."""
        if self.field == "generator":
            return game.noise(COUNT)
        device = next(game.generator.parameters()).device
        return game.view(game.real(reals or batch(self.spec, device)))

    def call(self, game: Game, given: Batch) -> Named:
        if self.field == "generator":
            x = game.generate(given).x
            if not isinstance(x, Tensor):
                raise TypeError(f"it gave a {type(x).__name__} for x, not a tensor")
            return {"x": x}
        raw: list[Any] = []
        hook = game.discriminator.register_forward_hook(lambda _, args, output: raw.append(output))
        try:
            scores = game.score(given)
        finally:
            hook.remove()
        raw = raw or [(scores.score, scores.aux)]  # a game may call what it likes
        score, aux = raw[-1] if isinstance(raw[-1], tuple) else (raw[-1], {})
        return {"score": score, **{f"aux[{key!r}]": value for key, value in aux.items()}}


def _trials(subject: Subject) -> list[Outcome]:
    return [
        attempt(case, ((through, trial) for through, trial in _ways(subject, case, spec)))
        for case, spec in CASES.items()
    ]


def _ways(subject: Subject, case: str, spec: Spec) -> Iterator[tuple[bool, NetworkTrial]]:
    """Through each recipe that uses the network, then by itself among stand-ins."""
    entry, field = subject.entry, subject.entry.kind
    seen: list[tuple[Part, ...]] = []
    for recipe, _ in subject.rehearsal.recipes_with(entry):
        for part in (Part(""), getattr(recipe, field)):  # at its defaults, else as it is used
            mine = with_part(recipe, field, entry, **part.options)
            ways = [mine]
            if field == "discriminator":  # which most games judge with, whoever generates
                ways.insert(0, mine.replace(generator=RECIPE.generator))
            for way in ways:
                parts = (way.generator, getattr(way, field), way.prior, way.game)
                if parts not in seen:
                    seen.append(parts)
                    yield True, NetworkTrial(case, field, way, spec, subject.registry)
    alone = with_part(RECIPE, field, entry)
    yield False, NetworkTrial(case, field, alone, spec, subject.registry)


TRIALS["generator"] = TRIALS["discriminator"] = _trials
