"""Scenes: whole games with a component in them, built and trained as by ``ganzoo.train``.

A component is checked with stand-ins, on data of several specs, and in the recipes that use it,
since some components work only in the game that they were made for. A component may refuse a case
with a UsageError; this is not a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import cast

import torch
from torch import Tensor, nn

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.assembly.variants import whole
from ganzoo.data.batches import Batches
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.engine import Engine
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError, UsageError
from ganzoo.interfaces import SumLoss
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.sampling.conditions import Conditions
from ganzoo.testing.dummies import CASES, RECIPE, SGD, tiny
from ganzoo.testing.findings import Moot, described
from ganzoo.testing.subject import MADE_UP, Subject, small, uses
from ganzoo.testing.trial import trial
from ganzoo.types import Batch, Data

MOST_RECIPES = 3  # recipes in which a component is checked; recipes of its own plugin come first
LENGTH = 1000  # the steps of a training with stand-ins
COUNT = 8  # samples that are drawn
MOST_STEPS = 32  # of a scene; more than 2 are for penalties with an interval


@dataclass(frozen=True)
class Scene:
    """A recipe and data for it. path: the place in the recipe of the component under
    examination. length: the steps of the whole training, of which the recipe here has few. start:
    the number of the step before the first one that is taken."""

    case: str
    recipe: Recipe
    path: str
    data: Data
    registry: Registry
    length: int = LENGTH
    start: int = 0

    def game(self, seed: int = 0) -> Game:
        """The game in training mode, prepared, with weights drawn by the seed."""
        with rng.seeded(seed):
            spec = self.data.spec(self.recipe.low, self.recipe.high)
            game = build(self.recipe, spec, self.registry)
            game.prepare(self.data)
        return game.train()

    def engine(
        self,
        seed: int = 0,
        device: str = "cpu",
        arithmetic: Arithmetic = Arithmetic(),  # noqa: B008
    ) -> Engine:
        game = self.game(seed)
        with rng.seeded(seed):
            engine = Engine(game, self.data, self.recipe, device=device, arithmetic=arithmetic)
        engine.step = self.start
        return engine

    def member(self, game: Game) -> nn.Module:
        """The component under examination in a game."""
        field, _, key = self.path.partition(".")
        if field in ("penalties", "augmentations"):
            return cast("nn.ModuleList", getattr(game, field))[int(key)]
        if field in ("loss", "extra_losses"):
            losses = game.loss.terms if isinstance(game.loss, SumLoss) else [game.loss]
            return losses[int(key) + 1 if key else 0]
        if field == "networks":
            return game.networks[key]
        return game if field in ("game", "optimizer", "recipe") else getattr(game, field)

    def batch(self, game: Game) -> Batch:
        """A batch of real samples, on the CPU."""
        with rng.seeded(1):
            size, cpu = self.recipe.batch_size, torch.device("cpu")
            return next(Batches(self.data, game.spec, size, cpu))

    def steps(self, game: Game) -> int:
        """The number of steps to train, such that every penalty is due once; at least 2."""
        intervals = [int(penalty.interval) for penalty in game._penalties()]
        return min(max([2, *intervals]), MOST_STEPS)


def with_stand_ins(subject: Subject) -> Iterator[Scene]:
    """Scenes of the component with stand-ins, one or more for each spec."""
    for case, spec in CASES.items():
        data, recipe = tiny(spec), RECIPE
        if spec.bounded:
            recipe = recipe.replace(low=spec.low, high=spec.high)
        for path, changed in _replacements(subject, recipe, data):
            yield Scene(case, changed, path, data, subject.registry)


def _replacements(subject: Subject, recipe: Recipe, data: Data) -> Iterator[tuple[str, Recipe]]:
    """The recipe with the component in it, and the component's path; several for a loss."""
    kind, part = subject.entry.kind, subject.part
    if kind in ("generator", "discriminator", "prior", "loss"):
        yield kind, recipe.replace(**{kind: part})
    if kind == "loss":  # as a term of a sum, if it cannot be the only loss
        yield "extra_losses.0", recipe.replace(extra_losses=(part,))
    if kind == "penalty":
        yield "penalties.0", recipe.replace(penalties=(part,))
    if kind == "augmentation":
        yield "augmentations.0", recipe.replace(augmentations=(part,))
    if kind == "optimizer":
        yield "optimizer.d", recipe.replace(optimizer={"d": part, "g": part})
    if kind == "game":
        recipe = recipe.replace(game=(part,))
        players = build(
            recipe, data.spec(recipe.low, recipe.high), subject.registry, training=False
        )
        yield "game.0", recipe.replace(optimizer=dict.fromkeys(players.players(), SGD))


def in_recipes(subject: Subject) -> Iterator[Scene]:
    """Scenes of the recipes that use the component, on the recipe's own dataset if that is on this
    machine."""
    if subject.entry.kind == "recipe":
        yield from scenes_of(whole(subject.entry, subject.registry), "recipe", subject)
        return
    recipes = subject.rehearsal.recipes(subject.entry)
    named = [(recipe, *use) for recipe in recipes for use in [*uses(subject, recipe)][:1]]
    for recipe, path, part in named[:MOST_RECIPES]:
        name = Part(subject.entry.qualified, part.options)
        yield from scenes_of(_replaced(recipe, path, name), path, subject)
    if subject.entry.kind == "network":  # it may be the default network of a game's role
        games = [g for g in subject.registry.entries("game") if g.plugin == subject.entry.plugin]
        for recipe in [*recipes, *(RECIPE.replace(game=(Part(g.qualified),)) for g in games)]:
            yield from _in_default_role(subject, recipe)


def scenes_of(recipe: Recipe, path: str, subject: Subject) -> Iterator[Scene]:
    """Scenes of a recipe on its dataset, or on made-up data if the dataset is not here."""
    length, recipe = recipe.steps, small(recipe)
    data = subject.rehearsal.data(recipe.dataset)
    choices = MADE_UP if data is None else {f"in {recipe.name}": data}
    for case, data in choices.items():
        label = f"in {recipe.name}" if len(choices) == 1 else f"in {recipe.name}, {case}"
        yield Scene(label, recipe, path, data, subject.registry, length)


def _replaced(recipe: Recipe, path: str, part: Part) -> Recipe:
    field, _, key = path.partition(".")
    value = getattr(recipe, field)
    if isinstance(value, tuple):
        several = list(value)
        several[int(key)] = part
        return recipe.replace(**{field: tuple(several)})
    return recipe.replace(**{field: {**value, key: part} if key else part})


def _in_default_role(subject: Subject, recipe: Recipe) -> Iterator[Scene]:
    for scene in scenes_of(recipe, "recipe", subject):
        try:
            spec = scene.data.spec(recipe.low, recipe.high)
            roles = build(scene.recipe, spec, subject.registry, training=False).roles()
        except GanzooError:
            continue
        for role, about in roles.items():
            if subject.named_by(about.default) and role not in recipe.networks:
                yield replace(scene, path=f"networks.{role}")


# -- the scenes that work ------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """The outcome of a component's scenes. working: the scenes that train. faults: pairs of a case
    and its fault. refusals: the reasons for which cases were refused."""

    working: tuple[Scene, ...]
    faults: tuple[tuple[str, str], ...]
    refusals: tuple[str, ...]


def outcome(subject: Subject) -> Outcome:
    """Train the component's scenes. It must train with stand-ins or in a recipe, not in both."""
    subject.target  # noqa: B018 - raises Moot if there is no target
    working, faults, refusals = _tried(lambda: with_stand_ins(subject))
    more_working, more_faults, more_refusals = _tried(lambda: in_recipes(subject))
    faults = [] if more_working else faults
    faults = faults if working or more_working else [*faults, *more_faults]
    return Outcome((*working, *more_working), tuple(faults), (*refusals, *more_refusals))


def _tried(
    scenes: Callable[[], Iterator[Scene]],
) -> tuple[list[Scene], list[tuple[str, str]], list[str]]:
    """The first working scene of each case, with its phases; the faults of the cases without a
    working scene; the reasons of refusals."""
    working: dict[str, list[Scene]] = {}
    faults: dict[str, str] = {}
    refusals: list[str] = []
    try:
        for scene in scenes():
            if scene.case in working:
                continue
            try:
                tried, fault = trial(scene)
            except UsageError as error:  # with a cause: an error in the constructor
                cause = error.__cause__
                refusals.append(str(error) if cause is None else described(cause))
                continue
            if fault:
                faults.setdefault(scene.case, fault)
            else:
                working[scene.case] = tried
    except UsageError as error:
        refusals.append(str(error))
    except (Exception, SystemExit) as error:
        faults["in its construction"] = described(error)
    remaining = [(case, fault) for case, fault in faults.items() if case not in working]
    return [scene for tried in working.values() for scene in tried], remaining, refusals


def working(subject: Subject) -> tuple[Scene, ...]:
    """The scenes that train. Raises Moot if there is none: the rule `plays` reports it."""
    scenes = subject.once(outcome).working
    if not scenes:
        raise Moot("it does not train")
    return scenes


def few(subject: Subject) -> list[Scene]:
    """At most one scene on images and one on other data, with their phases, for slow rules."""
    kinds = {(scene.data.x.dim(), scene.start): scene for scene in reversed(working(subject))}
    return list(kinds.values())


def drawn(
    scene: Scene, game: Game, seed: int, global_seed: int, count: int = COUNT
) -> Tensor | None:
    """The first samples of a seed. ``global_seed``: the seed of the global generators, which must
    have no influence."""
    with rng.seeded(global_seed), torch.no_grad():
        noise = game.noise(COUNT, seed)
        conditions = Conditions.drawn(scene.data, COUNT, seed, labels=False)
        noise = noise if conditions is None else conditions.of(noise, 0, game.spec)
        return game.generate(noise[:count]).x
