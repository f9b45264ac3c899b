"""A run at the start of a training, in one process or several: the first one makes the folder and
holds the lock for all; the data and the step must be the same in each."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.world import World
from ganzoo.errors import GanzooError
from ganzoo.paths import expanded
from ganzoo.run import checkpoint
from ganzoo.run.folder import Run
from ganzoo.run.lock import locked

if TYPE_CHECKING:
    from ganzoo.types import Data


def new_run(out: str | Path | None, about: dict[str, Any], world: World) -> Run:
    """A new run's folder; at ``out`` in the place of a run that was stopped before its first
    checkpoint, which nobody can go on with."""
    if not world.is_first:
        return Run(Path(world.text("")), about)
    run = _made(out, about)
    world.text(str(run.path))
    return run


def _made(out: str | Path | None, about: dict[str, Any]) -> Run:
    if out is None:
        return Run.create_in(Path("runs"), about)
    path = expanded(out)
    if (path / "config.json").is_file():
        old = Run.open(path)
        if checkpoint.last_step(old) is None and not has_results(old):
            with locked(old):
                old.discard()
    return Run.create(path, about)


def has_results(run: Run) -> bool:
    """Whether there is a trained generator or a measurement: a run whose checkpoints were removed,
    or one that was downloaded without them, has them."""
    kept = (run.generator, run.best_generator, run.path / "evaluations.json")
    return any(path.exists() for path in kept)


def locked_for_all(run: Run, world: World) -> AbstractContextManager[None]:
    """The lock of the run, in the first process."""
    return locked(run) if world.is_first else nullcontext()


def same_arithmetic(arithmetic: Arithmetic, world: World) -> Arithmetic:
    """The arithmetic that the first process has measured to be the fastest."""
    return Arithmetic(**json.loads(world.text(json.dumps(asdict(arithmetic)))))


def check_same_data(data: Data, world: World) -> None:
    """Raises GanzooError where a machine has other data than that of the first process."""
    about = f"{len(data)} samples of {tuple(data.x.shape[1:])}, checksum {data.checksum}"
    first = world.text(about)
    if first != about:
        raise GanzooError(
            f"The data in {data.source} is not the data of the first process. Here: {about}. "
            f"There: {first}. Give every machine the same data."
        )


def check_same_step(step: int, run: Run, world: World) -> None:
    """Raises GanzooError where a machine has other checkpoints than those of the first process."""
    if world.text(str(step)) != str(step):
        raise GanzooError(
            f"The newest checkpoint of {run.path} is not that of the first process. Put the run in "
            "a folder that all machines share."
        )
