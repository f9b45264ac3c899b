"""From a recipe, a spec and the registry to a game ready to be played."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.game import Game
from ganzoo.interfaces import (
    Component,
    Dataset,
    Discriminator,
    Generator,
    Loss,
    Metric,
    NoisePrior,
    Penalty,
)
from ganzoo.knobs import check_knobs, handed
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Registry
from ganzoo.types import Spec

BASES: dict[str, type] = {
    "generator": Generator,
    "discriminator": Discriminator,
    "loss": Loss,
    "penalty": Penalty,
    "prior": NoisePrior,
    "game": Game,
    "dataset": Dataset,
    "metric": Metric,
}


def build(recipe: Recipe, spec: Spec, registry: Registry, *, playing: bool = True) -> Game:
    """The recipe's game for data of that spec, its weights drawn from torch's generator.

    ``playing=False`` leaves out what only training needs, so that samples can be drawn where the
    loss's plugin is missing. Raises UsageError for parts that do not exist or do not fit together.
    """
    prior = component("prior", recipe.prior, registry)
    given: Mapping[str, Any] = {"spec": spec, "prior": prior}
    if playing:
        losses = [component("loss", part, registry) for part in (recipe.loss, *recipe.terms)]
        given = {
            **given,
            "loss": losses[0] if len(losses) == 1 else sum(losses[1:], start=losses[0]),
            "penalties": [component("penalty", part, registry) for part in recipe.penalty],
        }
    game: Game = component("game", recipe.game, registry, **given)
    game.generator = component("generator", recipe.generator, registry, spec=game.g_spec())
    if playing:
        game.discriminator = component(
            "discriminator", recipe.discriminator, registry, spec=game.d_spec()
        )
        _check_optimizers(recipe, game)
        for module in game.modules():
            if isinstance(module, Component):
                module.check(game)
    return game


def component(kind: str, part: Part, registry: Registry, **given: Any) -> Any:
    """One component, constructed with its knobs checked and with what ganzoo hands it."""
    entry = registry.get(kind, part.name)
    constructor = entry.load()
    knobs = check_knobs(constructor, kind, part.name, part.knobs)
    try:
        made = constructor(**handed(constructor, kind, given), **knobs)
    except GanzooError:
        raise
    except (ValueError, TypeError, RuntimeError) as error:  # RuntimeError is how torch refuses
        shown = ", ".join(f"{key}={value!r}" for key, value in knobs.items()) or "its defaults"
        raise UsageError(
            f"The {kind} {part.name!r} of plugin {entry.plugin!r} cannot be made with {shown}: "
            f"{error}."
        ) from error
    if not isinstance(made, BASES[kind]):
        raise GanzooError(
            f"The {kind} {part.name!r} of plugin {entry.plugin!r} is a {type(made).__name__}, "
            f"which is not a ganzoo {BASES[kind].__name__}; its class should derive from it."
        )
    return made


def _check_optimizers(recipe: Recipe, game: Game) -> None:
    players = game.players()
    for player in players:
        if player not in recipe.optimizer:
            raise UsageError(
                f"The game {recipe.game.name!r} has a player {player!r}, and the recipe names no "
                f"optimizer for it: add an [optimizer.{player}] table."
            )
    for player in recipe.optimizer:
        if player not in players:
            raise UsageError(
                f"The recipe has an optimizer for {player!r}, who does not play in the game "
                f"{recipe.game.name!r}. {near(player, players)}"
            )
