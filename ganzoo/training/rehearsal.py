"""A step of a copy of a game, for measurements that do not change the training."""

from __future__ import annotations

import copy
import math
from collections import Counter
from collections.abc import Callable
from typing import cast

import torch

from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.game import Game
from ganzoo.engine.graph import Capture
from ganzoo.interfaces import Penalty
from ganzoo.types import Batch, Losses, Spec

STEP = 100  # the first steps of a game may have other updates than all later ones
ROWS = 16  # samples in the batch of a rehearsal at most: few, so that a step is fast ...
PIXELS = ROWS * 64 * 64  # ... and fewer of larger images, ...
LEAST = 4  # ... but so many


def rehearsed_rows(batch_size: int, spec: Spec, joined: int = 1) -> int:
    """The number of samples in the batch of a rehearsal: a multiple of the ``joined`` samples that
    the augmentations join to one, as ``batch_size`` is."""
    pixels = math.prod(spec.shape[1:]) if spec.image else 1
    few = min(batch_size, ROWS, max(LEAST, PIXELS // pixels))
    return -(-few // joined) * joined


def fullest_step(game: Game) -> int:
    """The number of a step in which all penalties of a game are added, whatever their interval."""
    period = _period(game)
    return -(-STEP // period) * period


def kinds_of_step(game: Game) -> dict[int, float]:
    """A step for each set of penalties that are added together, with its share of all steps."""
    period, first = _period(game), fullest_step(game)
    intervals, sets = _intervals(game), dict[tuple[bool, ...], list[int]]()
    for step in range(first, first + period):
        due = tuple(step % interval == 0 for interval in intervals)
        sets.setdefault(due, []).append(step)
    return {steps[0]: len(steps) / period for steps in sets.values()}


def _period(game: Game) -> int:
    """The number of steps after which the same penalties are added again."""
    return math.lcm(*_intervals(game))


def _intervals(game: Game) -> list[int]:
    return [cast(Penalty, penalty).interval for penalty in game.penalties]


class Rehearsal:
    """The losses and the gradients of a step, on one batch, without the optimizers. updates: each
    update of the step, with the number of times that the step has it. step: its number, by default
    that of a step in which all penalties are added."""

    def __init__(
        self, game: Game, batch: Batch, arithmetic: Arithmetic, step: int | None = None
    ) -> None:
        assert batch.x is not None
        self.batch, self.device = batch, batch.x.device
        self.game = copy.deepcopy(game).to(self.device).train()
        arithmetic.arrange(self.game)
        self._arithmetic = arithmetic
        self._step = step or fullest_step(game)
        self.updates = Counter(tuple(update) for update in game.updates(self._step))
        self._compute: Callable[[], None] = self._each_update

    def capture(self, capture: Capture) -> None:
        """Let :meth:`play` replay a captured graph. A game that cannot be captured is computed
        without a graph."""
        try:
            capture.aside(self._each_update)
            _, self._compute = capture.record(self._each_update)
        except (RuntimeError, NotImplementedError):
            self._compute = self._each_update

    def play(self) -> None:
        """Compute each update once, and wait for the device."""
        self._compute()
        if self.device.type != "cpu":
            torch.accelerator.synchronize()

    def _each_update(self) -> None:
        for players in self.updates:
            self.update(players)

    def update(self, players: tuple[str, ...]) -> None:
        """Compute the losses and the gradients of an update. Draws random numbers from torch's
        global generators."""
        with self._arithmetic.products():
            with self._arithmetic.autocast(self.device):
                losses = self.game.losses(players, self.batch, self._step)
            self._backward(losses)

    def _backward(self, losses: Losses) -> None:
        waiting = len(losses.by_player)
        for player, loss in losses.by_player.items():
            waiting -= 1
            networks = [self.game.get_submodule(role) for role in self.game.players()[player]]
            weights = [weight for network in networks for weight in network.parameters()]
            weights = [weight for weight in weights if weight.requires_grad]
            torch.autograd.grad(loss, weights, allow_unused=True, retain_graph=waiting > 0)
