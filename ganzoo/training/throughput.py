"""The speed of a training, as a share of the measured peak of its device."""

from __future__ import annotations

import time
from typing import Any

import torch
from torch import Tensor
from torch.utils.flop_counter import flop_registry

from ganzoo import rng
from ganzoo.data.batches import Batches
from ganzoo.engine.engine import Engine
from ganzoo.engine.uncompiled import DispatchMode
from ganzoo.training.rehearsal import Rehearsal, kinds_of_step, rehearsed_rows

SIDE = 1024  # rows and columns of the matrices whose product is measured
REPEATS = 5


def operations(engine: Engine) -> float:
    """The floating-point operations of the matrix products and convolutions in a step; the mean
    over the steps, if a penalty is added in some of them only."""
    rows = rehearsed_rows(engine.recipe.batch_size, engine.game.spec, engine.game.joined)
    device, total = engine.batches.device, 0.0
    with rng.seeded(0):
        batch = next(Batches(engine.data, engine.game.spec, rows, device, resident=False))
        for step, share in kinds_of_step(engine.game).items():
            rehearsal = Rehearsal(engine.game, batch, engine.arithmetic, step)
            for players, times in rehearsal.updates.items():
                with Counter() as counter:
                    rehearsal.update(players)
                total += share * times * counter.operations
    return total * engine.recipe.batch_size / rows


class Counter(DispatchMode):
    """Counts floating-point operations by torch's own formulas. torch's FlopCounterMode would
    import torch's compiler, which takes seconds."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.operations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        formula = flop_registry.get(func.overloadpacket)
        if formula is not None:
            self.operations += formula(*args, **(kwargs or {}), out_val=out)
        return out


def peak(device: torch.device, dtype: torch.dtype) -> float:
    """The floating-point operations per second in the product of two square matrices on the device,
    from the fastest of several products."""
    with rng.seeded(0):
        a = torch.randn(SIDE, SIDE, device=device, dtype=dtype)
    a @ a  # the first product also prepares the device
    return 2 * SIDE**3 / min(_seconds(a) for _ in range(REPEATS))


def _seconds(a: Tensor) -> float:
    _wait(a.device)
    started = time.perf_counter()
    a @ a
    _wait(a.device)
    return time.perf_counter() - started


def _wait(device: torch.device) -> None:
    if device.type != "cpu":
        torch.accelerator.synchronize()


def share_of_peak(engine: Engine, steps_per_s: float) -> float:
    """The operations per second of a training with this speed, as a share of the device's peak,
    from 0 to 1."""
    with engine.arithmetic.products():
        best = peak(engine.batches.device, engine.arithmetic.dtype)
    return operations(engine) * steps_per_s / best
