"""Loading a trained generator: needs its file alone, never the dataset."""

from __future__ import annotations

import math
import shlex
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.assembly.memory_limit import MemoryLimit
from ganzoo.device import choose_device
from ganzoo.engine.ema import part_of
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.paths import expanded
from ganzoo.recipe import Part
from ganzoo.registry import Registry
from ganzoo.run import Run, checkpoint
from ganzoo.run.folder import check_config
from ganzoo.run.provenance import FOR_SAMPLING, check_components, recipe_of, registry_for
from ganzoo.sampling.trained import Trained
from ganzoo.types import Spec

WEIGHTS = ("ema", "raw", "best")


def load(
    path: str | Path | Run,
    *,
    weights: Literal["ema", "raw", "best"] = "ema",
    average: float | None = None,
    step: int | None = None,
    device: str = "cpu",
    plugins: Sequence[str | Path] = (),
    registry: Registry | None = None,
) -> Trained:
    """The generator of a run folder, or of a ``generator.safetensors`` on its own.

    ``weights``: averaged over the training ("ema"), as the last step left them ("raw"), or the
    averaged ones of the best measurement of a training with ``evaluate_every`` ("best").
    ``average``: of a training that kept several averages, the one of this decay, or of this number,
    from 1; the first by default.
    ``step``: of one of the run's checkpoints; the newest by default. Raises GanzooError where there
    is no such generator, or where a plugin that it needs is not installed.
    """
    if weights not in WEIGHTS:
        raise UsageError(f"There are no weights {weights!r}. {near(weights, WEIGHTS)}")
    if average is not None and weights != "ema":
        raise UsageError(
            f"An average is chosen of the averaged weights, and not of the weights {weights!r}: "
            "give one of the two."
        )
    path, device = expanded(Path(path)), choose_device(device)
    registry = registry or registry_for(plugins)
    if path.is_file():
        if weights != "ema" or step is not None or average is not None:
            raise UsageError(f"{path} holds the averaged weights of one step: load a run's folder.")
        return _of_file(path, device, registry)
    run = Run.open(path)
    if weights == "best":
        if step is not None:
            raise UsageError("The best generator is that of one step: give no step with it.")
        return _best(run, device, registry)
    number = 1 if average is None else _number_of(average, run)
    if weights == "raw" or step is not None or number > 1:
        return _of_checkpoint(run, weights, step, device, registry, number)
    if not run.generator.is_file():
        raise GanzooError(
            f"{run.path} has no generator yet: it was stopped before its first checkpoint. "
            "Train it anew with `ganzoo train`."
        )
    newest = checkpoint.last_step(run) or 0
    trained = _of_run(run, run.generator, device, registry)
    if trained.step < newest:
        warnings.warn(
            f"The generator of {run.path} is that of step {trained.step}, and the run has a "
            f"checkpoint of step {newest}. To finish it: "
            f"ganzoo resume {shlex.quote(str(run.path))}",
            stacklevel=2,
        )
    return trained


def _best(run: Run, device: str, registry: Registry) -> Trained:
    if not run.best_generator.is_file():
        raise GanzooError(
            f"{run.path} has no best generator: it was not measured during its training. Train "
            "with --evaluate-every N, or draw with the newest weights."
        )
    return _of_run(run, run.best_generator, device, registry)


def _of_run(run: Run, file: Path, device: str, registry: Registry) -> Trained:
    """The generator in a file of a run's folder; the rest of the game is in a checkpoint."""
    # The generator's file, which may be shared, does not say where the run's plugins are.
    trained = _of_file(file, device, registry, run.config["plugins"])

    def whole() -> Game:
        return _of_checkpoint(run, "ema", trained.step, device, registry).game

    return Trained(trained.game, trained.config, trained.step, whole)


def _of_file(
    path: Path, device: str, registry: Registry, plugins: Mapping[str, Any] | None = None
) -> Trained:
    """The generator in a file. ``plugins``: those of its run, where that is at hand."""
    tensors, about = checkpoint.read(path, device)
    if about["kind"] != "generator":
        raise GanzooError(f"{path} is a {about['kind']}; samples are drawn from its run's folder.")
    config: dict[str, Any] = about.get("config", {})
    check_config(config, path)
    config = {**config, "plugins": plugins or config["plugins"]}
    recipe = recipe_of(config)
    check_components(recipe, config, registry, *FOR_SAMPLING)
    with MemoryLimit(_stored(tensors), path), rng.kept():  # the weights are drawn, and replaced
        game = build(recipe, spec_of(config), registry, training=False)
    _fill(game, tensors, game.sampling_state(), path)
    return Trained(game.to(device), config, about["step"])


def _of_checkpoint(
    run: Run,
    weights: str,
    step: int | None,
    device: str,
    registry: Registry,
    average: int = 1,
) -> Trained:
    """The whole game in a checkpoint, with the networks that samples are drawn from. ``average``:
    the number of the average, from 1."""
    tensors, about = checkpoint.of_step(run, step, device)
    recipe = recipe_of(run.config)
    check_components(recipe, run.config, registry)
    with MemoryLimit(_stored(tensors), run.path), rng.kept():
        game = build(recipe, spec_of(run.config), registry)
    state = {k.removeprefix("game."): t for k, t in tensors.items() if k.startswith("game.")}
    if weights == "ema":
        start = f"{part_of(average)}."
        state |= {k.removeprefix(start): t for k, t in tensors.items() if k.startswith(start)}
    _fill(game, state, game.state_dict(), run.path)
    return Trained(game.to(device), run.config, about["step"], lambda: game, average)


def _number_of(average: float, run: Run) -> int:
    """The number, from 1, of the average of that decay or of that number. Raises UsageError where
    the run has no such average."""
    averages = recipe_of(run.config).averages
    if averages == (0.0,):
        raise UsageError(f"{run.path} has no averages: it was trained with ema=0.")
    if average in averages:
        return averages.index(average) + 1
    if average in range(1, len(averages) + 1):
        return int(average)
    known = ", ".join(
        f"{number} ({decay if isinstance(decay, float) else 'with a schedule'})"
        for number, decay in enumerate(averages, start=1)
    )
    raise UsageError(
        f"{run.path} has no average {average:g}. Give the decay or the number of one of its "
        f"averages: {known}. A training that keeps several has --set ema=[0.99,0.999]"
    )


def _stored(tensors: Mapping[str, Tensor]) -> int:
    return sum(tensor.nbytes for tensor in tensors.values())


def _fill(
    game: Game, tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor], path: Path
) -> None:
    """Load weights into a game. Raises GanzooError where they are not those expected."""
    try:
        missing = [key for key in expected if key not in tensors]
        if missing:
            raise RuntimeError(f"There is no {missing[0]}.")
        unexpected = game.load_state_dict(tensors, strict=False).unexpected_keys
        if unexpected:
            raise RuntimeError(f"There is a {unexpected[0]} too many.")
        for key in expected:
            if tensors[key].is_floating_point() and not bool(tensors[key].isfinite().all()):
                raise GanzooError(f"The weights in {path} have diverged: {key} is not finite.")
    except RuntimeError as error:
        raise GanzooError(
            f"The weights in {path} do not fit the networks that are installed now: "
            f"{str(error).splitlines()[-1].strip()} Install the versions in its metadata."
        ) from None


def spec_of(config: dict[str, Any]) -> Spec:
    """The spec of the data that a run was trained on."""
    data, recipe = config["dataset"], config["recipe"]
    low, high = (recipe["low"], recipe["high"]) if data["bounded"] else (-math.inf, math.inf)
    depth = data.get("depth", 8)  # a run of an older version has none
    view = data.get("view") and Part(data["view"]["name"], data["view"]["options"])
    shape = tuple(data["shape"])
    return Spec(shape, data["classes"], low=low, high=high, depth=depth, view=view)
