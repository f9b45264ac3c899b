"""``resume``: a run goes on from its newest checkpoint, for the command line and for scripts."""

from __future__ import annotations

import shlex
import warnings
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganzoo import rng
from ganzoo.assembly.build import build
from ganzoo.assembly.memory_limit import MemoryLimit
from ganzoo.assembly.resumed import changed, moved
from ganzoo.assembly.schedules import fixed
from ganzoo.device import ONLY_CUDA, choose_device, is_cuda
from ganzoo.engine.distributed import together, world
from ganzoo.engine.engine import Engine
from ganzoo.errors import GanzooError, UsageError
from ganzoo.paths import expanded
from ganzoo.recipe import to_dict
from ganzoo.registry import Registry, loggers
from ganzoo.run import Run, checkpoint
from ganzoo.run.card import complete
from ganzoo.run.files import clear_parts
from ganzoo.run.interrupts import Interrupts
from ganzoo.run.new import check_same_step, has_results, locked_for_all
from ganzoo.run.provenance import (
    check_components,
    check_data,
    check_place,
    recipe_of,
    registry_for,
)
from ganzoo.training.learning_rates import warn_of_rates
from ganzoo.training.loop import Loop
from ganzoo.training.memory import keep_freed
from ganzoo.training.origin import freeze_again
from ganzoo.training.prepare import new_engine, new_loop
from ganzoo.training.request import Request, load_data


@together
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
    progress: bool | None = None,
    log: str | Sequence[str] | None = None,
    registry: Registry | None = None,
) -> Run:
    """Go on with a run from its newest readable checkpoint, to ``steps`` steps in all.

    ``set``: settings that change from here on, by dotted path: options of optimizers with their
    schedules, options of penalties and augmentations, and the cadence (``log_every`` and the like).
    ``dataset``: where a folder of images lies now that has moved, as "folder:PATH". ``progress``:
    as for ``train``. ``log``: other loggers than those the run had, as in ``train``.
    On the same machine the weights are, bit for bit, those of a run that never stopped, where no
    setting is changed.
    Raises GanzooError if there is no checkpoint, or the data is not that of the run, UsageError for
    a setting that is fixed for the whole run.
    """
    run = run if isinstance(run, Run) else Run.open(expanded(run))
    ranks = world()
    with Interrupts() as interrupts, locked_for_all(run, ranks):
        run.check_folders()
        if ranks.is_first:
            clear_parts(run.path, run.samples, run.checkpoints)
        if checkpoint.last_step(run) is None:
            raise _without_checkpoint(run)
        registry = registry or registry_for(plugins)
        run.config["loggers"] = loggers.choose(registry, log, run.config.get("loggers"))
        recipe = recipe_of(run.config)
        changes = {**({} if steps is None else {"steps": steps}), **(set or {})}
        recipe = fixed(changed(recipe, changes.items()), registry)
        recipe = moved(recipe, dataset, registry) if dataset else recipe
        request = Request(
            _device(run, device),
            run.config["seed"],
            asked_data=True,
            data_root=data_dir,
        )
        device = ranks.device(request.device)
        check_components(recipe, run.config, registry)
        check_place(run, recipe)
        _, data = load_data(recipe, registry, request)
        check_data(run, data)
        if request.device == "cpu":
            keep_freed()
        with rng.seeded(request.seed):
            with MemoryLimit(checkpoint.largest(run), run.path):
                game = build(recipe, data.spec(recipe.low, recipe.high), registry)
            freeze_again(game, run.config)
            engine = new_engine(game, data, recipe, run.config, device, ranks)
            step, seconds = _restored(engine, run)
            check_same_step(step, run, ranks)
            loop = new_loop(
                engine, run, registry, observers, progress, data_dir=data_dir, seconds=seconds
            )
            if recipe.steps <= step:
                if ranks.is_first:
                    _finish(loop)
                return run
            warn_of_rates(engine)
            run.config["recipe"] = to_dict(recipe)
            run.config["dataset"]["source"] = data.source
            told = {"step": step, "to": recipe.steps, **({"set": dict(set)} if set else {})}
            run.config.setdefault("resumed", []).append({**told, "world_size": ranks.size})
            if ranks.is_first:
                run.forget_after(step)
                run.write_config()
            loop.play(recipe.steps, interrupts)
    return run


def _device(run: Run, device: str | None) -> str:
    """The device that the run goes on with. Raises GanzooError if it cannot compute with the
    precision of the run."""
    chosen, precision = choose_device(device or run.config["device"]), run.config["precision"]
    if precision in ONLY_CUDA and not is_cuda(chosen):
        out = shlex.quote(str(run.path))
        raise GanzooError(
            f"{run.path} computes with the precision {precision}, which needs a GPU with CUDA, and "
            f"the device here is {chosen}. Resume it on a machine with such a GPU, or start a new "
            f"training from its weights: ganzoo train RECIPE --init-from {out} --out NEW"
        )
    return chosen


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
    raise GanzooError(
        f"{run.path} has checkpoints, and none of them can be used: the reasons are above. If a "
        "setting was changed with --set, leave it out. Else the run is lost. Train it anew, with "
        "another --out"
    )


def _without_checkpoint(run: Run) -> GanzooError:
    out = shlex.quote(str(run.path))
    if has_results(run):
        start = f"from its weights, with --init-from {out}, " if run.generator.is_file() else ""
        return GanzooError(
            f"{run.path} has results and no checkpoint to go on from: its checkpoints were "
            "removed, or it was stopped while it wrote the first one. A new training can start "
            f"{start}in another folder: ganzoo train RECIPE --out NEW"
        )
    return GanzooError(
        f"{run.path} has no checkpoint to go on from: it was stopped before the first one. Train "
        f"it anew: `ganzoo train` may use its folder again, with --out {out}"
    )


def _finish(loop: Loop) -> None:
    """Write the generator and the card of a run that was stopped after its last checkpoint. Raises
    UsageError for one that lacks nothing, has more steps than are asked for, or was stopped before
    its last step."""
    run, step = loop.run, loop.engine.step
    before = recipe_of(run.config).steps
    if loop.recipe.steps < step or before > step or complete(run, step):
        more = "" if before > step else f"--steps {2 * step}"
        again = run.command("resume", *([more] if more else []))
        raise UsageError(f"{run.path} has {step} steps already. To go on: {again}")
    loop.save()
    loop.ended()
    warnings.warn(
        f"{run.path} had all of its {step} steps, and was stopped before its end: its generator "
        "and its card are written now.",
        stacklevel=3,
    )
