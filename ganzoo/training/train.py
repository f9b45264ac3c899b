"""``train``: from a request to a run, for the command line and for scripts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ganzoo.engine.arithmetic import AUTO
from ganzoo.engine.distributed import together
from ganzoo.errors import UsageError
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.run import Run
from ganzoo.run.interrupts import Interrupts
from ganzoo.run.new import locked_for_all, new_run
from ganzoo.training.learning_rates import warn_of_rates
from ganzoo.training.measuring import Measuring
from ganzoo.training.origin import Origin, freeze
from ganzoo.training.prepare import new_engine, new_loop, prepared
from ganzoo.training.profiling import STEPS, WAIT

PROFILED = WAIT + STEPS  # steps


@together
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
    graphs: bool | str = AUTO,
    data_dir: str | Path | None = None,
    out: str | Path | None = None,
    profile: bool = False,
    evaluate_every: int | None = None,
    metric: str | None = None,
    evaluate_samples: int | None = None,
    patience: int | None = None,
    init_from: str | Path | Run | None = None,
    freeze_d: int = 0,
    plugins: Sequence[str | Path] = (),
    observers: Iterable[object] = (),
    progress: bool | None = None,
    log: str | Sequence[str] | None = None,
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
    ``precision``: fp32, bf16, auto for the faster one, or on CUDA tf32 or fp16. ``memory_format``:
    contiguous, channels-last, or auto for the faster one (see ``probe.choose``).
    ``graphs``: whether updates are captured as CUDA graphs; auto for wherever the device is CUDA.
    ``profile``: write a profile of the steps 11 to 30 into the run's folder ``profile``.
    ``evaluate_every``: measure the averaged generator by ``metric``, METRIC or METRIC.NUMBER,
    every so many steps, with ``evaluate_samples`` fakes, and keep the best one in
    ``generator-best.safetensors``; this does not change the training's weights. Without ``metric``,
    by that of the data's view: "fd" for images. ``patience``: end the training after so many
    measurements in a row without a better value.
    ``init_from``: start from the weights of this run, or of this ``generator.safetensors``; weights
    of another shape start anew, and a warning names them. ``freeze_d``: so many first layers of the
    discriminator keep the weights of ``init_from`` (arXiv:2002.10964).
    ``plugins``: paths of one-file plugins. ``observers``: objects with ganzoo's observer hooks; an
    error that one raises ends the run and is the caller's. ``progress``: whether to show the
    progress; None for a bar in a notebook, and no output elsewhere. ``log``: the names of the
    loggers, such as "tensorboard", or "none"; else those in $GANZOO_LOG, else TensorBoard if it is
    installed.
    Raises GanzooError, with nothing written, for a request that cannot be met.
    """
    measuring = Measuring.asked(evaluate_every, metric, evaluate_samples, patience)
    if freeze_d and init_from is None:
        raise UsageError("freeze_d is for a training that starts from other weights: init_from.")
    origin = None if init_from is None else Origin.read(init_from)
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
        command=command,
        log=log,
    ) as training:
        recipe, ranks = training.recipe, training.ranks
        if profile and recipe.steps < PROFILED:
            raise UsageError(f"A profile takes a training of {PROFILED} steps or more.")
        if measuring is not None:
            training.config["measuring"] = measuring.resolved(
                training.data, training.registry
            ).to_dict()
        if origin is not None:
            training.config["origin"] = origin.record(training.game)
            if freeze_d:
                freeze(training.game, freeze_d, training.config["origin"])
                training.config["origin"]["freeze_d"] = freeze_d
        with Interrupts() as interrupts:
            run = new_run(out, training.config, ranks)
            try:
                with locked_for_all(run, ranks):
                    engine = new_engine(
                        training.game, training.data, recipe, run.config, training.device, ranks
                    )
                    if origin is not None:
                        origin.give(engine)
                    warn_of_rates(engine)
                    loop = new_loop(
                        engine,
                        run,
                        training.registry,
                        observers,
                        progress,
                        data_dir=data_dir,
                        profile=profile,
                    )
                    loop.play(recipe.steps, interrupts)
            except BaseException:
                if ranks.is_first and not run.played():
                    run.discard()
                raise
    return run
