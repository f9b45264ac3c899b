"""The phases of a game: a step may have other updates than the steps before it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ganzoo.engine.game import Game

if TYPE_CHECKING:
    from ganzoo.testing.scenes import Scene

DENSE = 1000  # so many first steps are looked at, and as many steps spread over a whole training
MOST_PHASES = 4


def steps_of(length: int) -> list[int]:
    """The steps of a training of that length whose updates are looked at."""
    spread = range(1, length + 1, -(-length // DENSE))
    return sorted({*range(1, min(length, DENSE) + 1), *spread, length})


def phases(scene: Scene, game: Game) -> tuple[list[Scene], str]:
    """The scene from its first step, and from the first step of other updates; and the first fault
    of the updates, or an empty string. ``game``: that of the scene.

    The recipe of a scene has few steps, so that phases that are shares of a training begin in them.
    A phase that begins at a fixed step is looked for in a training of the recipe's own length.
    """
    found: dict[frozenset[tuple[str, ...]], Scene] = {}
    looked_at = [(scene, game)]
    if type(game).updates is not Game.updates:
        looked_at.append((whole_length(scene), whole_length(scene).game()))
    for each, its_game in looked_at:
        for step in steps_of(each.recipe.steps):
            updates = [*its_game.updates(step)]
            if text := _bad_updates(updates, step, [*game.players()]):
                return [], text
            found.setdefault(frozenset(updates), from_step(each, step))
    playing = {player for updates in found for players in updates for player in players}
    idle = [player for player in game.players() if player not in playing]
    if idle:
        return [], f"no step has an update of player {idle[0]!r}"
    return [*found.values()][:MOST_PHASES], ""


def _bad_updates(updates: list[tuple[str, ...]], step: int, known: list[str]) -> str:
    if not updates:
        return f"step {step} has no updates"
    for players in updates:
        if not isinstance(players, tuple) or not players or not {*players} <= {*known}:
            return f"an update of step {step} is {players!r}: not a tuple of the players {known}"
    return ""


def whole_length(scene: Scene) -> Scene:
    """The scene in a training of the recipe's own length."""
    return replace(scene, recipe=scene.recipe.replace(steps=scene.length))


def from_step(scene: Scene, step: int) -> Scene:
    """The scene that begins with that step (counted from 1)."""
    if step == 1:
        return scene
    return replace(scene, case=f"{scene.case}, from step {step}", start=step - 1)
