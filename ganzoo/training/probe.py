"""A short measurement before a training, which finds the fastest precision and memory format for
its networks on this machine."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import time
import warnings
from collections.abc import Mapping, Sequence

import torch
from torch import nn

from ganzoo import rng
from ganzoo.data.batches import Batches
from ganzoo.data.files import cache_dir
from ganzoo.engine.arithmetic import Arithmetic, memory_formats, precisions
from ganzoo.engine.game import Game
from ganzoo.engine.graph import CudaCapture
from ganzoo.errors import GanzooError
from ganzoo.recipe import Recipe
from ganzoo.run.files import write_whole
from ganzoo.training.rehearsal import Rehearsal, rehearsed_rows
from ganzoo.types import Data

SHORTEST = 100  # steps: a measurement would take longer than it saves in a shorter training
LIMIT = 0.6  # seconds for the repetitions of all alternatives
GAIN = 0.95  # the fastest alternative must take less than this share of the first one's time
_CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)


def choose(
    game: Game,
    data: Data,
    recipe: Recipe,
    *,
    device: str,
    precision: str,
    memory_format: str,
    graphs: bool = False,
) -> Arithmetic:
    """The arithmetic of a new training. If ``precision`` or ``memory_format`` is ``auto``, it is
    the fastest alternative, measured by steps of the game's networks on a small batch of the data,
    or with ``graphs`` by CUDA graphs of a step on a whole batch.

    A measurement is saved in the user's cache folder, so that the same training on the same machine
    always has the same arithmetic. No measurement is made for a training of fewer than 100 steps,
    or if there is one alternative only. The first alternative is then taken, which is float32 and
    contiguous if these are allowed. The random generators are not changed. Warns if ``precision``
    is bf16 and bf16 is slower than fp32. Raises UsageError for an unknown precision or memory
    format.
    """
    allowed = precisions(precision)
    formats = memory_formats(memory_format)
    if not any(isinstance(module, _CONVOLUTIONS) for module in game.modules()):
        formats = formats[:1]
    alternatives = [Arithmetic(p, f) for p, f in itertools.product(allowed, formats)]
    compared = list(alternatives)
    if allowed == ["bf16"]:  # fp32 is measured too, for a warning if bf16 is slower
        compared = [*(Arithmetic("fp32", f) for f in formats), *alternatives]
    if len(compared) == 1 or recipe.steps < SHORTEST:
        return alternatives[0]
    seconds = _remembered(game, data, recipe, compared, device, graphs)
    plain, fastest = alternatives[0], min(alternatives, key=lambda one: seconds[one.name])
    chosen = fastest if seconds[fastest.name] < GAIN * seconds[plain.name] else plain
    _warn_of_slow_bf16(chosen, compared, seconds)
    return Arithmetic(chosen.precision, chosen.memory_format, seconds)


def _warn_of_slow_bf16(
    chosen: Arithmetic, compared: Sequence[Arithmetic], seconds: Mapping[str, float]
) -> None:
    if chosen.precision != "bf16":
        return
    fp32 = min(seconds[one.name] for one in compared if one.precision == "fp32")
    if GAIN * seconds[chosen.name] > fp32:
        warnings.warn(
            f"bf16 takes {seconds[chosen.name] / fp32:.1f} times as long as fp32 for these "
            "networks on this machine: train with --precision fp32, or with --precision auto.",
            stacklevel=4,
        )


def _remembered(
    game: Game,
    data: Data,
    recipe: Recipe,
    alternatives: Sequence[Arithmetic],
    device: str,
    graphs: bool,
) -> dict[str, float]:
    """The seconds of each alternative, from the cache, or measured and then written there."""
    names = [one.name for one in alternatives]
    path = cache_dir() / "arithmetic" / f"{_key(game, recipe, names, device, graphs)}.json"
    try:
        kept = json.loads(path.read_text())
        if set(kept) == set(names) and all(isinstance(value, float) for value in kept.values()):
            return {name: kept[name] for name in names}
    except (OSError, ValueError, TypeError):
        pass
    seconds = _measured(game, data, recipe, alternatives, device, graphs)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps(seconds).encode())
    except (OSError, GanzooError):
        pass  # a training does not need the cache
    return seconds


def _key(game: Game, recipe: Recipe, names: Sequence[str], device: str, graphs: bool) -> str:
    """A digest of everything that influences the measured times."""
    kind = torch.device(device).type
    processor = torch.backends.cpu.get_cpu_capability()
    if kind == "cuda":
        processor = torch.cuda.get_device_name(device)
    about = {
        "torch": torch.__version__,
        "device": [kind, processor, torch.get_num_threads(), *(["graphs"] if graphs else [])],
        "game": [[type(part).__qualname__ for part in game.modules()]],
        "weights": [[name, list(tensor.shape)] for name, tensor in game.state_dict().items()],
        "sample": [recipe.batch_size, list(game.spec.shape)],
        "alternatives": list(names),
    }
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()[:32]


def _measured(
    game: Game,
    data: Data,
    recipe: Recipe,
    alternatives: Sequence[Arithmetic],
    device: str,
    graphs: bool,
) -> dict[str, float]:
    """The shortest time of a step with each alternative, in seconds. The alternatives take turns.
    An alternative whose step fails, or takes at least twice the best time, is not measured
    again."""
    where = torch.device(device)
    rows = recipe.batch_size
    if not graphs:
        rows = rehearsed_rows(rows, game.spec, game.joined)
    with rng.seeded(0):
        batch = next(Batches(data, game.spec, rows, where, resident=False))
        trials = {one.name: Rehearsal(game, batch, one) for one in alternatives}
        for trial in trials.values():
            if graphs:
                trial.capture(CudaCapture(where))
            _timed(trial)  # the first run of a kernel also prepares it
        seconds = {name: _timed(trial) for name, trial in trials.items()}
        until = time.perf_counter() + LIMIT
        while time.perf_counter() < until:
            best = min(seconds.values())
            for name, trial in trials.items():
                if seconds[name] < 2 * best:
                    seconds[name] = min(seconds[name], _timed(trial))
    return seconds


def _timed(trial: Rehearsal) -> float:
    """The seconds of one step, or infinity if the step fails."""
    started = time.perf_counter()
    try:
        trial.play()
    except (RuntimeError, NotImplementedError):
        return math.inf
    return time.perf_counter() - started
