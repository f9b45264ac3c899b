"""One step of a training: batches, losses, backward, optimizers, and the averaged weights.

The engine knows the names of the players, but not the rules of the game. It uses no files,
observers or console, and never waits for the device.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext

import torch
from torch import Tensor
from torch.amp import GradScaler

from ganzoo import rng
from ganzoo.data.batches import Batches
from ganzoo.data.decoded import RESIDENT_LIMIT
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.capturable import Key
from ganzoo.engine.determinism import deterministic
from ganzoo.engine.ema import EMA, part_of
from ganzoo.engine.game import Game
from ganzoo.engine.graph import Capture, Graphs
from ganzoo.engine.micro_batches import split
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo.engine.world import World
from ganzoo.errors import GanzooError
from ganzoo.interfaces import Component
from ganzoo.recipe import Recipe
from ganzoo.types import Batch, Data, Losses, Scores


class Engine:
    """A game, its data and its optimizers, in the course of a training.

    step: the number of steps that were taken. ema, emas: the first average of the weights, and all
    of them. averaged: the game with the first averaged generator, for drawing samples. capture: how
    updates are captured as graphs; None to compute them without graphs. world: the processes that
    train this game together, without graphs. A training draws random numbers from torch's global
    generators, whose states are part of :meth:`state`.
    """

    def __init__(
        self,
        game: Game,
        data: Data,
        recipe: Recipe,
        *,
        device: torch.device | str = "cpu",
        arithmetic: Arithmetic = Arithmetic(),  # noqa: B008 - it is frozen
        capture: Capture | None = None,
        world: World | None = None,
    ) -> None:
        device = torch.device(device)
        self.world = world or World()
        self.game, self.data, self.recipe = game.to(device).train(), data, recipe
        self.arithmetic = arithmetic
        arithmetic.arrange(self.game)
        game.world = self.world
        self.world.prepare(game, sync_batch_norm=recipe.sync_batch_norm)
        self.world.align(game.state_dict().values())
        resident = data.x.nbytes <= RESIDENT_LIMIT
        self.batches = Batches(
            data,
            game.spec,
            recipe.batch_size,
            device,
            resident=resident,
            prefetch=not resident and device.type == "cuda",
            rows=self.world.rows,
            weights=game.row_weights(data),
        )
        self.optimizers = {
            player: PlayerOptimizer(settings, game, player)
            for player, settings in game.optimizers.items()
        }
        networks = game.networks
        averaged = {role: networks[role] for role, about in game.roles().items() if about.averaged}
        self.emas = [EMA(averaged, decay, recipe.ema_ramp) for decay in game.averages]
        self.ema = self.emas[0]
        self.averaged = game.averaged(self.ema.networks)
        self._timed = [
            module
            for module in game.modules()
            if isinstance(module, Component)
            and (module.schedules or type(module).at is not Component.at)
        ]
        self.step = 0
        self._autocast = arithmetic.autocast(device)
        self._scaler: GradScaler | None = None  # keeps small gradients within the range of fp16
        if arithmetic.precision == "fp16":
            self._scaler = GradScaler(device.type)
        self._graphs: Graphs | None = None
        if capture is not None:
            self._graphs = Graphs(game, self.optimizers, self.gradients, capture, device)

    def advance(self) -> list[dict[str, Tensor]]:
        """Take one step: all updates of the game, in their order. Returns the scalars that each
        update reports, on the device."""
        step = self.step + 1
        self.game.forget_fakes()  # a checkpoint has none, so none is kept from step to step
        for component in self._timed:
            for name, schedule in component.schedules.items():
                setattr(component, name, schedule.value(step - 1))
            component.at(step, self.recipe.steps)
        batch: Batch | None = None
        reports = []
        updates = list(self.game.updates(step))
        keys = self._graphs.start(updates, step) if self._graphs else [None] * len(updates)
        for players, key in zip(updates, keys, strict=True):
            if batch is None or self.game.reads(players):
                batch = next(self.batches)
            with self.world.moved_together(self.game):
                losses = self.descend(players, batch, step, key)
                self.game.updated(losses)
            report = self.game.report(losses)
            if key is not None:  # the next replay writes to the same tensors
                report = {name: scalar.clone() for name, scalar in report.items()}
            reports.append(report)
        for ema in self.emas:
            ema.update(step)
        self.step = step
        return reports

    def descend(
        self, players: tuple[str, ...], batch: Batch, step: int, key: Key | None = None
    ) -> Losses:
        """Change the weights of each player of the update by the gradient of the player's loss. All
        gradients are computed before any weight changes. Returns the losses, over all micro-batches
        if the gradient is accumulated. ``key``: the key of the update's graph; None to compute the
        update without a graph."""
        count = max(self.optimizers[player].settings.accumulate for player in players)
        if key is not None and self._graphs is not None:
            losses = self._graphs.gradients(key, players, batch, step)
        elif count == 1:
            losses = self.gradients(players, batch, step)
        else:
            parts = [self.gradients(players, part, step, count) for part in split(batch, count)]
            losses = _joined(parts)
        for player in losses.by_player:
            self.world.average_gradients(self.optimizers[player].parameters)
            self.optimizers[player].step(step, self._scaler)
        if self._scaler is not None:
            self._scaler.update()
        return losses

    def gradients(
        self, players: tuple[str, ...], batch: Batch, step: int, count: int = 1
    ) -> Losses:
        """Add to the gradient of each player's weights, and of no other weights, the gradient of
        the player's loss on the batch, which is one of ``count`` micro-batches."""
        kernels = deterministic() if self.recipe.deterministic else nullcontext()
        with self.world.own_draws(step), self.arithmetic.products(), kernels:
            with self._autocast:
                losses = self.game.losses(players, batch, step)
            waiting = len(losses.by_player)
            for player, loss in losses.by_player.items():
                waiting -= 1
                loss = loss if count == 1 else loss / count
                torch.autograd.backward(
                    loss if self._scaler is None else self._scaler.scale(loss),
                    inputs=self.optimizers[player].parameters,
                    retain_graph=waiting > 0,
                )
        return losses

    def rates(self) -> dict[str, float]:
        """The learning rate of each player in the last step."""
        return {player: one.rate(max(self.step, 1)) for player, one in self.optimizers.items()}

    def state(self) -> dict[str, Tensor]:
        """The whole state on which the next step depends, as tensors by dotted name."""
        parts: dict[str, Mapping[str, Tensor]] = {
            "game": self.game.state_dict(),
            **{name: ema.state() for name, ema in self._averages().items()},
            "data": self.batches.state(),
            "rng": rng.state(),
            "scaler": self._scaler_state(),
            **{f"optimizer.{player}": one.state() for player, one in self.optimizers.items()},
        }
        return {f"{part}.{key}": t for part, named in parts.items() for key, t in named.items()}

    def _averages(self) -> dict[str, EMA]:
        """The averages, by the name of their part of the state; none where nothing is averaged."""
        if not self.recipe.ema:
            return {}
        return {part_of(number): ema for number, ema in enumerate(self.emas, start=1)}

    def _scaler_state(self) -> dict[str, Tensor]:
        if self._scaler is None:
            return {}
        known = self._scaler.state_dict()
        return {name: torch.tensor(known[name]) for name in ("scale", "_growth_tracker")}

    def restore(self, state: Mapping[str, Tensor], *, step: int) -> None:
        """The inverse of :meth:`state`; the random generators are set too. Raises GanzooError for a
        state of other networks, or for an incomplete state. The engine must not be used after this
        error."""

        def part(name: str) -> dict[str, Tensor]:
            start = name + "."
            return {k.removeprefix(start): t for k, t in state.items() if k.startswith(start)}

        self._check(state)
        try:
            self.game.load_state_dict(part("game"))
            for name, ema in self._averages().items():
                ema.restore(part(name))
            self.batches.restore(part("data"))
            for player, optimizer in self.optimizers.items():
                optimizer.restore(part(f"optimizer.{player}"))
            if self._scaler is not None:
                scale = {name: tensor.item() for name, tensor in part("scaler").items()}
                self._scaler.load_state_dict({**self._scaler.state_dict(), **scale})
            rng.restore(part("rng"))
        except (LookupError, ValueError, TypeError, RuntimeError) as error:
            raise GanzooError(f"It does not fit this training ({error}).") from error
        self.world.align(self.game.state_dict().values())  # the generators of other GPUs, too
        self.step = step

    def _check(self, state: Mapping[str, Tensor]) -> None:
        """Raises GanzooError if the weights in the state are not the weights of this training: if
        one is missing, is not in this training, or has another shape or type."""
        mine, weights = self.state(), ("game.", "ema.", "ema-")
        for name, tensor in mine.items():
            if name.startswith(weights):
                other = state.get(name)
                if other is None or other.shape != tensor.shape or other.dtype != tensor.dtype:
                    raise GanzooError(
                        f"It does not fit this training: {name} is missing, or has another "
                        "shape or type."
                    )
        for name in state:
            if name.startswith(weights) and name not in mine:
                raise GanzooError(f"It does not fit this training, which has no {name}.")


def _joined(parts: list[Losses]) -> Losses:
    """The losses of a batch from the losses of its micro-batches: their means, and all scores."""

    def scores(some: list[Scores | None]) -> Scores | None:
        present = [each for each in some if each is not None]
        if not present:
            return None
        aux = {key: torch.cat([each.aux[key] for each in present]) for key in present[0].aux}
        whole = Batch.join([each.batch for each in present])
        return Scores(torch.cat([each.score for each in present]), whole, aux)

    by_player = {
        player: torch.stack([part.by_player[player].detach() for part in parts]).mean()
        for player in parts[0].by_player
    }
    return Losses(by_player, scores([p.real for p in parts]), scores([p.fake for p in parts]))
