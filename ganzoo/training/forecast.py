"""The size, the memory and the time of a training, from a few steps, before it is trained."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.autograd.graph import saved_tensors_hooks

from ganzoo.data.batches import Batches
from ganzoo.data.decoded import RESIDENT_LIMIT
from ganzoo.engine.arithmetic import AUTO
from ganzoo.engine.engine import Engine
from ganzoo.engine.world import several
from ganzoo.errors import UsageError
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.training.prepare import new_engine, prepared
from ganzoo.training.rehearsal import Rehearsal, rehearsed_rows
from ganzoo.types import Spec

# The shares of the training that are over where steps are measured, since a step may take longer at
# the end than at the beginning, as of networks that grow. Slow steps are measured at the first few.
PLACES = (0.9, 0.1, 0.5, 0.7, 0.3)
WARM_UP = 5  # steps: the first ones of an update are slower, and CUDA graphs are captured in them
SECONDS = 2.0  # for which steps are measured, at all places together, ...
ENOUGH = 5.0  # ... and after so many seconds at no further place


@dataclass(frozen=True)
class Estimate:
    """networks: the number of weights of each network, by role. weights, activations, data: bytes
    of memory on the device: of the weights with their gradients, averages and the state of the
    optimizers; of the results that an update keeps for its backward pass; of the data. torch's own
    memory is not in them. measured: the number of measured steps. seconds_per_step: the mean of
    several places of the training. config: the content that the run's config.json would have.
    """

    networks: Mapping[str, int]
    weights: int
    activations: int
    data: int
    measured: int
    seconds_per_step: float
    config: Mapping[str, Any]

    @property
    def memory(self) -> int:
        """Bytes in all."""
        return self.weights + self.activations + self.data

    @property
    def steps(self) -> int:
        """The steps of the training."""
        return int(self.config["recipe"]["steps"])

    @property
    def seconds(self) -> float:
        """The time of all steps. Pictures, checkpoints and observers take further time."""
        return self.steps * self.seconds_per_step


def estimate(
    recipe: str | Recipe = "vanilla-mlp",
    *,
    set: Mapping[str, Any] | None = None,
    without: Sequence[str] = (),
    config: str | Path | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    device: str = "auto",
    precision: str = "fp32",
    memory_format: str = AUTO,
    graphs: bool | str = AUTO,
    data_dir: str | Path | None = None,
    plugins: Sequence[str | Path] = (),
    registry: Registry | None = None,
    begun: Callable[[Spec], None] | None = None,
    **components: str | Sequence[str] | None,
) -> Estimate:
    """What ``ganzoo.train`` would need with the same arguments. A few steps are taken for it, and
    no run is written. ``begun``: called with the spec of the data before the first step. Raises
    GanzooError for a request that cannot be met."""
    if several():
        raise UsageError("An estimate is made in one process. Start it without torchrun.")
    with prepared(
        recipe,
        set=set,
        without=without,
        config=config,
        steps=steps,
        epochs=epochs,
        batch_size=batch_size,
        seed=seed,
        device=device,
        precision=precision,
        memory_format=memory_format,
        graphs=graphs,
        data_dir=data_dir,
        plugins=plugins,
        registry=registry,
        components=components,
    ) as training:
        engine = new_engine(
            training.game,
            training.data,
            training.recipe,
            training.config,
            training.device,
            training.ranks,
        )
        if begun is not None:
            begun(engine.game.spec)
        measured, seconds_per_step, activations = _measured(engine)
        return Estimate(
            networks={role: _size(network) for role, network in engine.game.networks.items()},
            weights=_weights(engine),
            activations=activations,
            data=_data(engine),
            measured=measured,
            seconds_per_step=seconds_per_step,
            config=training.config,
        )


def _size(network: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


def _measured(engine: Engine) -> tuple[int, float, int]:
    """The number of measured steps, the mean over the places of the seconds of a step, and the most
    bytes of activations of a place."""
    count, means, activations = 0, [], 0
    started = time.perf_counter()
    for place in PLACES:
        engine.step = int(place * engine.recipe.steps)  # schedules and ``at`` follow it
        steps, seconds = _measured_here(engine)
        count += steps
        means.append(seconds / steps)
        activations = max(activations, _activations(engine))
        if time.perf_counter() - started > ENOUGH:
            break
    return count, sum(means) / len(means), activations


def _measured_here(engine: Engine) -> tuple[int, float]:
    """The number of measured steps from the engine's step on, and their seconds together."""
    share = SECONDS / len(PLACES)
    started = time.perf_counter()
    for _ in range(WARM_UP):
        engine.advance()
        if time.perf_counter() - started > share:
            break
    _wait(engine)
    count, started = 0, time.perf_counter()
    while not count or time.perf_counter() - started < share:
        engine.advance()
        count += 1
    _wait(engine)
    return count, time.perf_counter() - started


def _wait(engine: Engine) -> None:
    if engine.batches.device.type != "cpu":
        torch.accelerator.synchronize()


def _weights(engine: Engine) -> int:
    state = engine.state()
    kept = [
        tensor.nbytes for name, tensor in state.items() if not name.startswith(("data.", "rng."))
    ]
    gradients = {
        id(weight): weight.nbytes
        for optimizer in engine.optimizers.values()
        for weight in optimizer.parameters
    }
    return sum(kept) + sum(gradients.values())


def _data(engine: Engine) -> int:
    """The bytes of the data that lie in memory; data in a mapped file is not counted."""
    data = engine.data
    parts = [data.y, *data.cond.values(), data.x if data.x.nbytes <= RESIDENT_LIMIT else None]
    return sum(tensor.nbytes for tensor in parts if tensor is not None)


def _activations(engine: Engine) -> int:
    """The bytes of the tensors that autograd keeps in the update that keeps most, counted on a
    small batch."""
    rows = rehearsed_rows(engine.recipe.batch_size, engine.game.spec, engine.game.joined)
    device = engine.batches.device
    batch = next(Batches(engine.data, engine.game.spec, rows, device, resident=False))
    rehearsal = Rehearsal(engine.game, batch, engine.arithmetic)
    most = 0.0
    for players in rehearsal.updates:
        parts = max(engine.optimizers[player].settings.accumulate for player in players)
        most = max(most, _kept_in(rehearsal, players) / parts)
    return round(most * engine.recipe.batch_size / rows)


def _kept_in(rehearsal: Rehearsal, players: tuple[str, ...]) -> int:
    own = {tensor.untyped_storage().data_ptr() for tensor in rehearsal.game.state_dict().values()}
    kept: dict[int, int] = {}

    def count(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            kept[storage.data_ptr()] = storage.nbytes()
        return tensor

    with saved_tensors_hooks(count, lambda tensor: tensor):
        rehearsal.update(players)
    return sum(kept.values())
