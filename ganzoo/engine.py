"""One step of a training: batches, losses, backward, optimizers, and the averaged weights.

The engine knows players by name and nothing of the rules they play by. It has no files, observers
or console, and nothing in it waits for the device.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.amp import GradScaler

from ganzoo import rng
from ganzoo.arithmetic import Arithmetic
from ganzoo.data.batches import Batches
from ganzoo.data.decoded import RESIDENT_LIMIT
from ganzoo.ema import EMA
from ganzoo.errors import GanzooError, UsageError
from ganzoo.game import Game
from ganzoo.graph import Capture, Graphs, Key
from ganzoo.interfaces import Component
from ganzoo.optimizers import PlayerOptimizer
from ganzoo.recipe import Recipe
from ganzoo.types import Batch, Data, Losses, Scores
from ganzoo.world import World


class Engine:
    """A game, its data, its optimizers, and how far the training has come.

    step: how many steps were taken. averaged: the game with the averaged generator, which samples
    are drawn from. capture: how updates are captured as graphs; None to compute them eagerly.
    Training draws from torch's global generators, which :meth:`state` includes. world: the
    processes that train this game together, which compute eagerly.
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
        )
        self.optimizers = {
            player: PlayerOptimizer(settings, game, player)
            for player, settings in game.optimizers.items()
        }
        networks = game.networks
        averaged = {role: networks[role] for role, about in game.roles().items() if about.averaged}
        self.ema = EMA(averaged, game.ema, recipe.ema_ramp)
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
        """Take one step: every update of the game, in its order. Returns the scalars that each
        update reports, on the device."""
        step = self.step + 1
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
        self.ema.update(step)
        self.step = step
        return reports

    def descend(
        self, players: tuple[str, ...], batch: Batch, step: int, key: Key | None = None
    ) -> Losses:
        """Every player of the update descends its own loss. All gradients are taken before any
        weight moves. Returns the losses, over all micro-batches where the gradient is accumulated.
        ``key``: of the update's graph; None to run it eagerly."""
        count = max(self.optimizers[player].settings.accumulate for player in players)
        if key is not None and self._graphs is not None:
            losses = self._graphs.gradients(key, players, batch, step)
        elif count == 1:
            losses = self.gradients(players, batch, step)
        else:
            parts = [self.gradients(players, part, step, count) for part in _micro(batch, count)]
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
        """Add to each player's weights, and to no others, the gradient of its own loss on the
        batch, which is one of ``count`` micro-batches."""
        with self.world.own_draws(step), self.arithmetic.products():
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
        """The learning rate of each player in the last step that was taken."""
        return {player: one.rate(max(self.step, 1)) for player, one in self.optimizers.items()}

    def state(self) -> dict[str, Tensor]:
        """Everything that the next step depends on, as tensors by dotted name."""
        parts: dict[str, Mapping[str, Tensor]] = {
            "game": self.game.state_dict(),
            "ema": self._ema_state(),
            "data": self.batches.state(),
            "rng": rng.state(),
            "scaler": self._scaler_state(),
            **{f"optimizer.{player}": one.state() for player, one in self.optimizers.items()},
        }
        return {f"{part}.{key}": t for part, named in parts.items() for key, t in named.items()}

    def _ema_state(self) -> dict[str, Tensor]:
        if not self.recipe.ema:
            return {}
        return {
            f"{role}.{key}": tensor
            for role, network in self.ema.networks.items()
            for key, tensor in network.state_dict().items()
        }

    def _scaler_state(self) -> dict[str, Tensor]:
        if self._scaler is None:
            return {}
        known = self._scaler.state_dict()
        return {name: torch.tensor(known[name]) for name in ("scale", "_growth_tracker")}

    def restore(self, state: Mapping[str, Tensor], *, step: int) -> None:
        """The inverse of :meth:`state`; the random generators are set too. Raises GanzooError for
        a state of other networks, or one that is not whole; the engine must not be used then."""

        def part(name: str) -> dict[str, Tensor]:
            start = name + "."
            return {k.removeprefix(start): t for k, t in state.items() if k.startswith(start)}

        self._check(state)
        try:
            self.game.load_state_dict(part("game"))
            if self.recipe.ema:
                for role, network in self.ema.networks.items():
                    network.load_state_dict(part(f"ema.{role}"))
            self.batches.restore(part("data"))
            for player, optimizer in self.optimizers.items():
                optimizer.restore(part(f"optimizer.{player}"))
            if self._scaler is not None:
                scale = {name: tensor.item() for name, tensor in part("scaler").items()}
                self._scaler.load_state_dict({**self._scaler.state_dict(), **scale})
            rng.restore(part("rng"))
        except (KeyError, ValueError, TypeError, RuntimeError) as error:
            raise GanzooError(f"It does not fit this training ({error}).") from error
        self.world.align(self.game.state_dict().values())  # the generators of other GPUs, too
        self.step = step

    def _check(self, state: Mapping[str, Tensor]) -> None:
        """Raises GanzooError where weights, or the places of data and random numbers, are missing,
        or are of another shape or type than here."""
        mine = self.state()
        for name, tensor in mine.items():
            if name.startswith(("game.", "ema.")):
                other = state.get(name)
                if other is None or other.shape != tensor.shape or other.dtype != tensor.dtype:
                    raise GanzooError(
                        f"It does not fit this training: {name} is not as it is here."
                    )
        for name in state:
            if name.startswith(("game.", "ema.")) and name not in mine:
                raise GanzooError(f"It does not fit this training, which has no {name}.")


def _micro(batch: Batch, count: int) -> list[Batch]:
    """The batch in so many equal parts. Raises UsageError where its size is no multiple."""
    size, rest = divmod(len(batch), count)
    if rest:
        raise UsageError(
            f"A batch of {len(batch)} cannot be split into {count} equal micro-batches: choose "
            "another batch_size, or another accumulate in the optimizer's table."
        )
    return [batch[start : start + size] for start in range(0, len(batch), size)]


def _joined(parts: list[Losses]) -> Losses:
    """The losses of micro-batches as those of their batch: the means, and all scores."""

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
