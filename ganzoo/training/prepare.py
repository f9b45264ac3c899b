"""From a request to a game that can be trained: the recipe with its changes, the data, the game and
its arithmetic; then its engine and its loop. Nothing is written but downloads and caches."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.assembly.overrides import Change, adapted, in_order, with_path
from ganzoo.assembly.pixel_weights import scaled_weights
from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.settings import read_config
from ganzoo.assembly.variants import bound, bound_networks
from ganzoo.device import choose_device, is_cuda
from ganzoo.engine.arithmetic import AUTO, Arithmetic, memory_formats, precisions
from ganzoo.engine.distributed import world
from ganzoo.engine.engine import Engine
from ganzoo.engine.game import Game
from ganzoo.engine.graph import CudaCapture
from ganzoo.engine.world import World
from ganzoo.errors import UsageError
from ganzoo.notebook.progress import TrainingBar, training_observer
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry, loggers
from ganzoo.run import Run
from ganzoo.run.card import Card
from ganzoo.run.config import describe
from ganzoo.run.log import JsonLines
from ganzoo.run.new import check_same_data, same_arithmetic
from ganzoo.run.observers import Observers
from ganzoo.training import overfitting, probe
from ganzoo.training.loop import Loop
from ganzoo.training.measuring import Measuring, Monitor
from ganzoo.training.memory import keep_freed
from ganzoo.training.profiling import Profiler
from ganzoo.training.request import Request, asks_for_data, load_data, named_changes, steps_of
from ganzoo.training.symptoms import Symptoms
from ganzoo.types import Data


@dataclass(frozen=True)
class Prepared:
    """A training before its first step. config: the content of its config.json. device: of this
    process."""

    recipe: Recipe
    data: Data
    game: Game
    arithmetic: Arithmetic
    device: str
    ranks: World
    registry: Registry
    config: dict[str, Any]


@contextmanager
def prepared(
    recipe: str | Recipe,
    *,
    set: Mapping[str, Any] | None,
    without: Sequence[str],
    config: str | Path | None,
    steps: int | None,
    epochs: int | None,
    batch_size: int | None,
    seed: int,
    device: str,
    precision: str,
    memory_format: str,
    graphs: bool | str,
    data_dir: str | Path | None,
    plugins: Sequence[str | Path],
    registry: Registry | None,
    components: Mapping[str, str | Sequence[str] | None],
    command: Sequence[str] = (),
    log: str | Sequence[str] | None = None,
) -> Iterator[Prepared]:
    """The training that the arguments of ``ganzoo.train`` ask for. Inside the context the random
    generators are those of the training. Raises GanzooError for a request that cannot be met."""
    if epochs is not None and (steps is not None or "steps" in (set or {})):
        raise UsageError("Give either steps or epochs, not both.")
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        raise UsageError(f"A seed is a whole number from 0 to 2**63 - 1, not {seed!r}.")
    precisions(precision), memory_formats(memory_format)
    if graphs not in (AUTO, True, False):
        raise UsageError(f"graphs is True, False or {AUTO!r}, not {graphs!r}.")
    registry = registry or Registry.discover(map(Path, plugins))
    logged = loggers.choose(registry, log)
    changes: list[Change] = read_config(Path(config)) if config else []
    changes += named_changes(components, without)
    numbers = {"steps": steps, "batch_size": batch_size}
    changes += [(key, value) for key, value in numbers.items() if value is not None]
    changes += in_order((set or {}).items())
    changes = [with_path(change, registry) for change in changes]
    chosen = registry.recipe(recipe) if isinstance(recipe, str) else recipe
    request = Request(
        choose_device(device, precision),
        seed,
        asked_data=asks_for_data(path for path, _ in changes),
        data_root=data_dir,
    )
    ranks = world()
    device = ranks.device(request.device)
    wanted = adapted(chosen, changes)
    full, data = load_data(bound(wanted, registry), registry, request)
    scaled = [*scaled_weights(chosen, full, data, changes, registry)]
    if request.device == "cpu":
        keep_freed()
    spec = data.spec(full.low, full.high)
    if epochs is not None:
        with rng.seeded(seed):  # a game of its own, since schedules depend on the number of steps
            full = full.replace(
                steps=steps_of(epochs, len(data), full, build(full, spec, registry))
            )
    with rng.seeded(seed):
        game = build(full, spec, registry)
        data = replace(data, notes=(*data.notes, *_repeated(data, game, ranks), *scaled))
        full = fixed(bound_networks(full, game, registry), registry, game)
        game.prepare(data)
        graphs = is_cuda(request.device) if graphs == AUTO else bool(graphs)
        arithmetic = probe.choose(
            game,
            data,
            full,
            device=device,
            precision=precision,
            memory_format=memory_format,
            graphs=_capturing(graphs, device, ranks),
        )
        arithmetic = same_arithmetic(arithmetic, ranks)
        about = describe(
            full,
            data,
            registry,
            seed=seed,
            device=request.device,
            arithmetic=arithmetic,
            graphs=graphs,
            command=command or ("python", "-c", "ganzoo.train(...)"),
            instead_of=None if full.dataset.bare == wanted.dataset.bare else wanted.dataset.bare,
            elsewhere=chosen.elsewhere if chosen.tuned_for and not full.tuned_for else None,
            world_size=ranks.size,
            logged=logged,
            translations=[*game.translations()],
            about=game.view.describe() if game.view else "",
        )
        check_same_data(data, ranks)
        yield Prepared(full, data, game, arithmetic, device, ranks, registry, about)


def _repeated(data: Data, game: Game, ranks: World) -> Iterator[str]:
    """A note, if a batch needs some samples twice."""
    if len(data) >= game.batch_size or game.row_weights(data) is not None:
        return  # by weights, rows are drawn again and again in any batch
    parts = math.lcm(*(settings.accumulate for settings in game.optimizers.values()))
    unit = game.joined * parts * ranks.size
    most = len(data) // unit * unit
    avoided = f"`--batch-size {most}` or fewer avoids this."
    if not most:
        avoided = f"The data is too small: each batch of this training has a multiple of {unit}."
    elif unit > 1:
        avoided = f"`--batch-size {most}` avoids this, and each smaller multiple of {unit}."
    yield (
        f"A batch has {game.batch_size} samples and the data {len(data)}, so a batch has some "
        f"samples several times. {avoided}"
    )


def new_engine(
    game: Game, data: Data, recipe: Recipe, config: Mapping[str, Any], device: str, ranks: World
) -> Engine:
    """The engine of a run, with the arithmetic and the graphs that its config.json names. Several
    processes compute without graphs."""
    graphs = _capturing(config.get("graphs", False), device, ranks)
    return Engine(
        game,
        data,
        recipe,
        device=device,
        arithmetic=Arithmetic.from_dict(config),
        capture=CudaCapture(torch.device(device)) if graphs else None,
        world=ranks,
    )


def _capturing(graphs: bool, device: str, ranks: World) -> bool:
    """Whether a training computes with CUDA graphs. ``graphs``: whether the user wants them."""
    return graphs and is_cuda(device) and ranks.size == 1


def new_loop(
    engine: Engine,
    run: Run,
    registry: Registry,
    observers: Iterable[object],
    progress: bool | None,
    *,
    data_dir: str | Path | None,
    seconds: float = 0.0,
    profile: bool = False,
) -> Loop:
    """The loop of a run, with its loggers, its measurements and its display."""
    first, names = engine.world.is_first, run.config["loggers"]
    display = training_observer(progress) if first else None
    held_out = partial(overfitting.held_out, engine.recipe, registry, data_dir)
    symptoms = Symptoms(engine, held_out)
    own = [JsonLines(), Card(), symptoms, *([display] if display else []), *observers]
    everyone = Observers([])
    if first:
        needed = loggers.needed(registry, names)
        everyone = Observers(own, loggers.observers(registry, names), needed)
    measuring, monitor = Measuring.of(run.config), None
    if measuring is not None and first:
        monitor = Monitor(measuring, run, registry, engine, data_dir)
    loop = Loop(
        engine,
        run,
        everyone,
        seed=run.config["seed"],
        seconds=seconds,
        measuring=measuring,
        monitor=monitor,
    )
    if profile and first:
        loop.advance = Profiler(engine, run.path / "profile").advance
    if isinstance(display, TrainingBar):
        loop.advance = display.watching(engine, loop.advance)
    return loop
