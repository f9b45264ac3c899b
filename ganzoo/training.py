"""``train`` and ``resume``: from a request to a run, for the command line and for scripts."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ganzoo.build import build, component
from ganzoo.data.files import data_dir
from ganzoo.device import choose_device, choose_precision
from ganzoo.engine import Engine
from ganzoo.errors import DataUnavailable, UsageError
from ganzoo.game import Game
from ganzoo.interfaces import Dataset
from ganzoo.overrides import Change, dataset_part, override, read_config
from ganzoo.recipe import Part, Precision, Recipe, to_dict
from ganzoo.registry import Registry
from ganzoo.run import Run, checkpoint, rng
from ganzoo.run.card import Card
from ganzoo.run.config import describe
from ganzoo.run.lock import locked
from ganzoo.run.log import JsonLines
from ganzoo.run.observers import Observers
from ganzoo.sources import check_data, recipe_of, registry_for, resolved
from ganzoo.types import Samples


def train(
    recipe: str | Recipe = "vanilla-mlp",
    *,
    generator: str | None = None,
    discriminator: str | None = None,
    loss: str | None = None,
    prior: str | None = None,
    penalty: str | Sequence[str] | None = None,
    game: str | None = None,
    dataset: str | None = None,
    set: Mapping[str, Any] | None = None,
    config: str | Path | None = None,
    steps: int | None = None,
    epochs: int | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    device: str = "auto",
    precision: Precision = "fp32",
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    plugins: Sequence[str | Path] = (),
    observers: Iterable[object] = (),
    command: Sequence[str] = (),
    registry: Registry | None = None,
) -> Run:
    """Train a recipe and return its run.

    ``generator`` to ``dataset`` swap components by name; ``set`` turns knobs and settings by dotted
    path; ``config`` is a TOML or JSON file. They apply in the order recipe, config, named, set.
    The same seed on the same machine gives the same weights, bit for bit, as the command line does.
    ``plugins``: paths of one-file plugins. ``observers``: objects with ganzoo's observer hooks; an
    error that one raises ends the run and is the caller's.
    Raises GanzooError, with nothing written, for a request that cannot be met.
    """
    if epochs is not None and (steps is not None or "steps" in (set or {})):
        raise UsageError("Give either steps or epochs, not both.")
    if not (isinstance(seed, int) and 0 <= seed < 2**63):
        raise UsageError(f"A seed is a whole number from 0 to 2**63 - 1, not {seed!r}.")
    registry = registry or Registry.discover(map(Path, plugins))
    changes: list[Change] = read_config(Path(config)) if config else []
    named = {
        "generator": generator,
        "discriminator": discriminator,
        "loss": loss,
        "prior": prior,
        "game": game,
        "dataset": dataset,
        "penalty": [penalty] if isinstance(penalty, str) else penalty,
        "steps": steps,
        "batch_size": batch_size,
    }
    changes += [(key, value) for key, value in named.items() if value is not None]
    changes += list((set or {}).items())
    changes = [with_path(change, registry) for change in changes]
    chosen = registry.recipe(recipe) if isinstance(recipe, str) else recipe
    request = Request(
        choose_device(device),
        choose_precision(precision),
        seed,
        asked_data=asks_for_data(path for path, _ in changes),
        data_root=data_dir,
    )
    wanted = override(chosen, changes)
    full, data = load_data(wanted, registry, request)
    with rng.seeded(seed):
        built = build(full, data.spec(full.low, full.high), registry)
        if epochs is not None:
            full = full.but(steps=_steps(epochs, len(data), full, built))
        built.prepare(data)
        about = describe(
            full,
            data,
            registry,
            seed=seed,
            device=request.device,
            precision=request.precision,
            command=command or ("python", "-c", "ganzoo.train(...)"),
            instead_of=None if full.dataset == wanted.dataset else wanted.dataset.name,
        )
        run = Run.create(Path(out), about) if out else Run.create_in(Path("runs"), about)
        try:
            with locked(run):
                _engine(built, data, full, run, registry, observers, request).play(full.steps)
        except BaseException:
            if not run.played():
                run.discard()
            raise
    return run


def resume(
    run: str | Path | Run,
    *,
    steps: int | None = None,
    device: str | None = None,
    data_dir: str | Path | None = None,
    plugins: Sequence[str | Path] = (),
    observers: Iterable[object] = (),
    registry: Registry | None = None,
) -> Run:
    """Go on with a run from its newest readable checkpoint, to ``steps`` rounds in all.

    On the same machine the weights are, bit for bit, those of a run that never stopped.
    Raises GanzooError if there is no checkpoint, or the data is not what it was trained on.
    """
    run = run if isinstance(run, Run) else Run.open(run)
    with locked(run):
        registry = registry or registry_for(run.config, plugins)
        state, about, faults = checkpoint.newest(run)
        for fault in faults:
            warnings.warn(f"Passing over a checkpoint: {fault}", stacklevel=2)
        recipe = recipe_of(run.config)
        recipe = override(recipe, [("steps", steps)] if steps is not None else [])
        if recipe.steps <= about["step"]:
            raise UsageError(
                f"{run.path} has {about['step']} steps already. To go on: "
                f"ganzoo resume {run.path} --steps {2 * about['step']}"
            )
        request = Request(
            choose_device(device or run.config["device"]),
            run.config["precision"],
            run.config["seed"],
            asked_data=True,
            data_root=data_dir,
        )
        made_of = resolved(recipe, run.config, registry)
        _, data = load_data(made_of, registry, request)
        check_data(run, data)
        with rng.seeded(request.seed):
            game = build(made_of, data.spec(recipe.low, recipe.high), registry)
            engine = _engine(game, data, recipe, run, registry, observers, request)
            engine.restore(state, step=about["step"], seconds=about["seconds"])
            run.forget_after(about["step"])
            run.config["recipe"] = to_dict(recipe)
            run.config.setdefault("resumed", []).append({"step": about["step"], "to": recipe.steps})
            run.write_config()
            engine.play(recipe.steps)
    return run


@dataclass(frozen=True)
class Request:
    """How a recipe is to be run: what is not the recipe's business. ``asked_data``: whether the
    dataset was asked for by name, so that nothing else may stand in for it."""

    device: str
    precision: Precision
    seed: int
    asked_data: bool
    data_root: str | Path | None


def load_data(recipe: Recipe, registry: Registry, request: Request) -> tuple[Recipe, Samples]:
    """The training data, and the recipe, naming the dataset that stood in where one did."""
    root = data_dir(request.data_root)
    dataset: Dataset = component("dataset", recipe.dataset, registry)
    try:
        return recipe, dataset.load(root, dataset.splits[0])
    except DataUnavailable as error:
        if request.asked_data or not dataset.fallback:
            raise
        stand_in = Part(dataset.fallback)
        data = component("dataset", stand_in, registry).load(root, dataset.splits[0])
        warnings.warn(
            f"TRAINING ON {stand_in.name}, NOT ON {recipe.dataset.name}: {error}", stacklevel=2
        )
        return recipe.but(dataset=stand_in), data


def asks_for_data(paths: Iterable[str]) -> bool:
    """Whether changes of a recipe at these paths ask for a dataset by name."""
    return any(path in ("dataset", "dataset.name", "recipe") for path in paths)


def with_path(change: Change, registry: Registry) -> Change:
    """A dataset named as ``folder:PATH``, wherever it was named, as a dataset and its path."""
    key, value = change
    if key == "dataset" and isinstance(value, str):
        return key, dataset_part(value, registry)
    return change


def _steps(epochs: int, count: int, recipe: Recipe, game: Game) -> int:
    """How many rounds show the discriminator every sample ``epochs`` times."""
    if epochs < 1:
        raise UsageError(f"epochs must be at least 1, not {epochs}.")
    wanted, steps = epochs * count, 0
    while wanted > 0:
        steps += 1
        batches = sum(game.reads(movers) for movers in game.schedule(steps))
        wanted -= max(batches, 1) * recipe.batch_size  # the first turn always reads one
    return steps


def _engine(
    game: Game,
    data: Samples,
    recipe: Recipe,
    run: Run,
    registry: Registry,
    observers: Iterable[object],
    request: Request,
) -> Engine:
    own = [JsonLines(), Card(), *observers]
    return Engine(
        game,
        data,
        recipe,
        run,
        Observers(own, registry.observers()),
        device=torch.device(request.device),
        precision=request.precision,
        seed=request.seed,
    )
