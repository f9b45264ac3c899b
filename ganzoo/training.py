"""``train`` and ``resume``: from a request to a run, for the command line and for scripts."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ganzoo import probe, rng
from ganzoo.arithmetic import AUTO, Arithmetic, memory_formats, precisions
from ganzoo.assembly.build import build, component
from ganzoo.assembly.overrides import Change, adapted, with_path
from ganzoo.assembly.resumed import changed, moved
from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.settings import read_config
from ganzoo.assembly.variants import bound, bound_networks
from ganzoo.data.files import data_dir
from ganzoo.device import choose_device
from ganzoo.engine import Engine
from ganzoo.errors import DataUnavailable, GanzooError, UsageError, near
from ganzoo.game import Game
from ganzoo.interfaces import Dataset
from ganzoo.learning_rates import warn_of_rates
from ganzoo.loop import Loop
from ganzoo.memory import keep_freed
from ganzoo.paths import expanded
from ganzoo.profiling import STEPS, WAIT, Profiler
from ganzoo.recipe import Part, Recipe, to_dict
from ganzoo.registry import Registry
from ganzoo.registry.kinds import SWAPPED
from ganzoo.run import Run, checkpoint
from ganzoo.run.card import Card, complete
from ganzoo.run.config import describe
from ganzoo.run.files import clear_parts
from ganzoo.run.interrupts import Interrupts
from ganzoo.run.lock import locked
from ganzoo.run.log import JsonLines
from ganzoo.run.observers import Observers
from ganzoo.run.provenance import (
    check_components,
    check_data,
    check_place,
    recipe_of,
    registry_for,
)
from ganzoo.types import Data

PROFILED = WAIT + STEPS  # steps
LOOKED_AT = 10_000  # steps of a game, to find how many batches it reads


def train(
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
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    profile: bool = False,
    plugins: Sequence[str | Path] = (),
    observers: Iterable[object] = (),
    command: Sequence[str] = (),
    registry: Registry | None = None,
    **components: str | Sequence[str] | None,
) -> Run:
    """Train a recipe and return its run.

    ``components``: by kind, as ``loss="minimax"``: generator, discriminator, loss, prior, game and
    dataset swap the recipe's; penalty and augment, one name or several, add to the recipe's, which
    ``without=["penalty"]`` leaves out first. ``set`` sets options by dotted path; ``config`` is a
    TOML or JSON file. They apply in the order recipe, config, components, set.
    The same seed on the same machine gives the same weights, bit for bit, as the command line does.
    ``precision``: fp32, bf16, or auto for the faster one. ``memory_format`` of convolutions:
    contiguous, channels-last, or auto for the faster one (see ``probe.choose``).
    ``profile``: write a profile of the steps 11 to 30 into the run's folder ``profile``.
    ``plugins``: paths of one-file plugins. ``observers``: objects with ganzoo's observer hooks; an
    error that one raises ends the run and is the caller's.
    Raises GanzooError, with nothing written, for a request that cannot be met.
    """
    if epochs is not None and (steps is not None or "steps" in (set or {})):
        raise UsageError("Give either steps or epochs, not both.")
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        raise UsageError(f"A seed is a whole number from 0 to 2**63 - 1, not {seed!r}.")
    precisions(precision), memory_formats(memory_format)
    registry = registry or Registry.discover(map(Path, plugins))
    changes: list[Change] = read_config(Path(config)) if config else []
    changes += named_changes(components, without)
    numbers = {"steps": steps, "batch_size": batch_size}
    changes += [(key, value) for key, value in numbers.items() if value is not None]
    changes += list((set or {}).items())
    changes = [with_path(change, registry) for change in changes]
    chosen = registry.recipe(recipe) if isinstance(recipe, str) else recipe
    request = Request(
        choose_device(device),
        seed,
        asked_data=asks_for_data(path for path, _ in changes),
        data_root=data_dir,
    )
    wanted = adapted(chosen, changes)
    full, data = load_data(bound(wanted, registry), registry, request)
    if request.device == "cpu":
        keep_freed()
    with rng.seeded(seed):
        game = build(full, data.spec(full.low, full.high), registry)
        if epochs is not None:
            full = full.replace(steps=_steps(epochs, len(data), full, game))
            game.steps = full.steps
        full = fixed(bound_networks(full, game, registry), registry)
        if profile and full.steps < PROFILED:
            raise UsageError(f"A profile takes a training of {PROFILED} steps or more.")
        game.prepare(data)
        arithmetic = probe.choose(
            game,
            data,
            full,
            device=request.device,
            precision=precision,
            memory_format=memory_format,
        )
        about = describe(
            full,
            data,
            registry,
            seed=seed,
            device=request.device,
            arithmetic=arithmetic,
            command=command or ("python", "-c", "ganzoo.train(...)"),
            instead_of=None if full.dataset.bare == wanted.dataset.bare else wanted.dataset.bare,
            elsewhere=chosen.elsewhere if chosen.tuned_for and not full.tuned_for else None,
        )
        with Interrupts() as interrupts:
            run = _new_run(out, about)
            try:
                with locked(run):
                    engine = Engine(game, data, full, device=request.device, arithmetic=arithmetic)
                    warn_of_rates(engine)
                    loop = _loop(engine, run, registry, observers)
                    if profile:
                        loop.advance = Profiler(engine, run.path / "profile").advance
                    loop.play(full.steps, interrupts)
            except BaseException:
                if not run.played():
                    run.discard()
                raise
    return run


def resume(
    run: str | Path | Run,
    *,
    steps: int | None = None,
    set: Mapping[str, Any] | None = None,
    dataset: str | None = None,
    device: str | None = None,
    data_dir: str | Path | None = None,
    plugins: Sequence[str | Path] = (),
    observers: Iterable[object] = (),
    registry: Registry | None = None,
) -> Run:
    """Go on with a run from its newest readable checkpoint, to ``steps`` steps in all.

    ``set``: settings that change from here on, by dotted path: options of optimizers with their
    schedules, options of penalties and augmentations, and the cadence (``log_every`` and the like).
    ``dataset``: where a folder of images lies now that has moved, as "folder:PATH".
    On the same machine the weights are, bit for bit, those of a run that never stopped, where no
    setting is changed.
    Raises GanzooError if there is no checkpoint, or the data is not that of the run, UsageError for
    a setting that is fixed for the whole run.
    """
    run = run if isinstance(run, Run) else Run.open(expanded(run))
    with Interrupts() as interrupts, locked(run):
        run.check_folders()
        clear_parts(run.path, run.samples, run.checkpoints)
        registry = registry or registry_for(plugins)
        recipe = recipe_of(run.config)
        changes = {**({} if steps is None else {"steps": steps}), **(set or {})}
        recipe = fixed(changed(recipe, changes.items()), registry)
        recipe = moved(recipe, dataset, registry) if dataset else recipe
        request = Request(
            choose_device(device or run.config["device"]),
            run.config["seed"],
            asked_data=True,
            data_root=data_dir,
        )
        check_components(recipe, run.config, registry)
        check_place(run, recipe)
        _, data = load_data(recipe, registry, request)
        check_data(run, data)
        if request.device == "cpu":
            keep_freed()
        with rng.seeded(request.seed):
            game = build(recipe, data.spec(recipe.low, recipe.high), registry)
            arithmetic = Arithmetic.from_dict(run.config)
            engine = Engine(game, data, recipe, device=request.device, arithmetic=arithmetic)
            step, seconds = _restored(engine, run)
            loop = _loop(engine, run, registry, observers, seconds)
            if recipe.steps <= step:
                _finish(loop)
                return run
            warn_of_rates(engine)
            run.forget_after(step)
            run.config["recipe"] = to_dict(recipe)
            run.config["dataset"]["source"] = data.source
            told = {"step": step, "to": recipe.steps, **({"set": dict(set)} if set else {})}
            run.config.setdefault("resumed", []).append(told)
            run.write_config()
            loop.play(recipe.steps, interrupts)
    return run


def _new_run(out: str | Path | None, about: dict[str, Any]) -> Run:
    """A new run's folder; at ``out`` in the place of a run that was stopped before its first
    checkpoint, which nobody can go on with."""
    if out is None:
        return Run.create_in(Path("runs"), about)
    path = expanded(out)
    if (path / "config.json").is_file():
        old = Run.open(path)
        if checkpoint.last_step(old) is None:
            with locked(old):
                old.discard()
    return Run.create(path, about)


def _restored(engine: Engine, run: Run) -> tuple[int, float]:
    """Bring the engine to the newest checkpoint that can be read and fits: its step, and the
    seconds that the run had taken."""
    for state, about in checkpoint.newest_first(run):
        try:
            engine.restore(state, step=about["step"])
        except GanzooError as error:
            warnings.warn(
                f"Passing over the checkpoint of step {about['step']}: {error}", stacklevel=3
            )
            continue
        return about["step"], float(about["seconds"])
    out = shlex.quote(str(run.path))
    raise GanzooError(
        f"{run.path} has no checkpoint to go on from: it was stopped before the first one, or none "
        f"can be read. Train it anew: `ganzoo train` may use its folder again, with --out {out}"
    )


def _finish(loop: Loop) -> None:
    """Write the generator and the card of a run that was stopped after its last checkpoint. Raises
    UsageError for one that lacks nothing, or has more steps than are asked for."""
    run, step = loop.run, loop.engine.step
    if loop.recipe.steps < step or complete(run, step):
        again = f"ganzoo resume {shlex.quote(str(run.path))} --steps {2 * step}"
        raise UsageError(f"{run.path} has {step} steps already. To go on: {again}")
    loop.save()
    loop.ended()
    warnings.warn(
        f"{run.path} had all of its {step} steps, and was stopped before its end: its generator "
        "and its card are written now.",
        stacklevel=3,
    )


def named_changes(
    components: Mapping[str, str | Sequence[str] | None], without: Iterable[str] = ()
) -> list[Change]:
    """The changes of a recipe that components named by kind stand for; ``without``: the kinds of
    which the recipe's own are left out first. Raises UsageError for a kind that cannot be named."""
    lists = [option for option, kind in SWAPPED.items() if kind.several]
    for option in (*components, *without):
        known = SWAPPED if option in components else lists
        if option not in known:
            raise UsageError(f"There is no component {option!r} to choose. {near(option, known)}")
    changes: list[Change] = [(SWAPPED[option].field, []) for option in without]
    for option, names in components.items():
        kind = SWAPPED[option]
        if names is not None:
            changes.append((f"{kind.field}+" if kind.several else kind.field, names))
    return changes


@dataclass(frozen=True)
class Request:
    """How a recipe is to be run: all that is not a part of the recipe. ``asked_data``: whether the
    dataset was asked for by name, so that nothing else may stand in for it."""

    device: str
    seed: int
    asked_data: bool
    data_root: str | Path | None


def load_data(recipe: Recipe, registry: Registry, request: Request) -> tuple[Recipe, Data]:
    """The training data, and the recipe, naming the dataset that stood in where one did."""
    root = data_dir(request.data_root)
    dataset: Dataset = component("dataset", recipe.dataset, registry)
    try:
        return recipe, dataset.load(root, dataset.splits[0])
    except DataUnavailable as error:
        if request.asked_data or not dataset.fallback:
            raise
        stand_in = Part(registry.get("dataset", dataset.fallback).qualified)
        data = component("dataset", stand_in, registry).load(root, dataset.splits[0])
        warnings.warn(
            f"TRAINING ON {stand_in.bare}, NOT ON {recipe.dataset.bare}: {error}", stacklevel=2
        )
        return recipe.replace(dataset=stand_in), data


def asks_for_data(paths: Iterable[str]) -> bool:
    """Whether changes of a recipe at these paths ask for a dataset by name."""
    return any(path in ("dataset", "dataset.name", "recipe") for path in paths)


def _steps(epochs: int, count: int, recipe: Recipe, game: Game) -> int:
    """How many steps show the discriminator every sample ``epochs`` times. The first steps are
    looked at one by one, since games may begin otherwise than they go on; beyond them as many
    batches are read on average as in the last thousands of them."""
    if epochs < 1:
        raise UsageError(f"epochs must be at least 1, not {epochs}.")
    wanted = -(-epochs * count // recipe.batch_size)  # batches
    read = [0]  # batches after so many steps
    for step in range(1, LOOKED_AT + 1):
        batches = sum(game.reads(players) for players in game.updates(step))
        read.append(read[-1] + max(batches, 1))  # the first update always reads one
        if read[-1] >= wanted:
            return step
    recent = read[-1] - read[LOOKED_AT // 2]
    return LOOKED_AT + -(-(wanted - read[-1]) * (LOOKED_AT // 2) // recent)


def _loop(
    engine: Engine,
    run: Run,
    registry: Registry,
    observers: Iterable[object],
    seconds: float = 0.0,
) -> Loop:
    own = [JsonLines(), Card(), *observers]
    everyone = Observers(own, registry.observers())
    return Loop(engine, run, everyone, seed=run.config["seed"], seconds=seconds)
