"""A step of a game, looked at from within."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import Parameter

from ganzoo.assembly.build import build
from ganzoo.game import Game
from ganzoo.recipe import Recipe
from ganzoo.testing.cases import tiny
from ganzoo.testing.dice import seeded
from ganzoo.testing.subject import Rehearsal
from ganzoo.types import Batch, scale

Gradients = dict[str, list[tuple[Parameter, Tensor]]]


def staged(small: Recipe, rehearsal: Rehearsal) -> tuple[Game, Batch]:
    """A small recipe's game, prepared for training, and a batch of its data."""
    spec = rehearsal.spec(small)
    with seeded(0):
        game = build(small, spec, rehearsal.registry).train()
        data = tiny(spec)
        game.prepare(data)
        some = data.first(small.batch_size)
        return game, Batch(x=scale(some.x, spec), y=some.y)


def gradients(game: Game, batch: Batch) -> Gradients:
    """What the losses of the first step send to each player: its parameters that a gradient
    reaches, and the gradient."""
    found: Gradients = {who: [] for who in game.players()}
    with seeded(1):
        for players in game.updates(1):
            losses = game.losses(players, batch, 1)
            for who, loss in losses.by_player.items():
                weights = [p for p in game.players()[who].parameters() if p.requires_grad]
                if not weights or not loss.requires_grad:
                    continue
                all_ = torch.autograd.grad(loss, weights, retain_graph=True, allow_unused=True)
                found[who] += [(p, g) for p, g in zip(weights, all_, strict=True) if g is not None]
    return found
