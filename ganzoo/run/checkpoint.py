"""Checkpoints: one safetensors file each, written whole; nothing is ever pickled or unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ganzoo.errors import GanzooError
from ganzoo.run.files import write_whole
from ganzoo.run.folder import Run
from ganzoo.run.shared import without_places
from ganzoo.run.step_files import step_files, step_name

FORMAT = 2
KEPT = 3
SUFFIX = ".safetensors"


def save(run: Run, state: dict[str, Tensor], *, step: int, seconds: float) -> Path:
    """Write the state after ``step``; then remove all but the last three."""
    path = run.checkpoints / step_name(step, SUFFIX)
    about = {"step": step, "seconds": seconds}
    _write(path, state, {"kind": "checkpoint", **about, "config": run.config})
    for old in _newest_first(run)[KEPT:]:
        old.unlink()
    return path


def save_generator(run: Run, state: dict[str, Tensor], *, step: int) -> None:
    """Write the weights that sampling needs, with all that it takes to rebuild the generator."""
    about = {"kind": "generator", "step": step, "config": without_places(run.config)}
    _write(run.generator, state, about)


def read(path: Path, device: str = "cpu") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors and what was written about them. Raises GanzooError for a damaged file."""
    try:
        with safe_open(path, framework="pt", device=device) as file:
            about = json.loads((file.metadata() or {}).get("ganzoo", "null"))
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise GanzooError(f"There is no file {path}.") from None
    except (SafetensorError, OSError, ValueError) as error:
        raise GanzooError(f"{path} is damaged or cut short ({error}). Use an older one.") from None
    if not isinstance(about, dict):
        raise GanzooError(f"{path} was not written by ganzoo: it does not say what it holds.")
    if about.get("format") != FORMAT:
        raise GanzooError(
            f"{path} has format {about.get('format')}; this ganzoo reads format {FORMAT}."
        )
    if "kind" not in about or "step" not in about:
        raise GanzooError(f"{path} was not written by ganzoo: it does not say what it holds.")
    return tensors, about


def newest(run: Run) -> tuple[dict[str, Tensor], dict[str, Any], list[str]]:
    """The newest checkpoint that can be read, and what is wrong with any newer one."""
    faults: list[str] = []
    for path in _newest_first(run):
        try:
            return *read(path), faults
        except GanzooError as error:
            faults.append(str(error))
    told = " ".join(faults) or "No checkpoint was written before it stopped."
    raise GanzooError(f"{run.path} cannot be resumed. {told} Train it anew with `ganzoo train`.")


def of_step(
    run: Run, step: int | None, device: str = "cpu"
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The checkpoint of that step, the newest by default. Raises GanzooError where it is not kept,
    with the steps that are."""
    files = step_files(run.checkpoints, SUFFIX)
    if step is None and files:
        step = max(files)
    if step not in files:
        steps = ", ".join(map(str, sorted(files))) or "none"
        raise GanzooError(f"{run.path} has no checkpoint of step {step}. Those kept: {steps}.")
    return read(files[step], device)


def last_step(run: Run) -> int | None:
    """The steps that the newest checkpoint has behind it; None where there is no checkpoint."""
    return max(step_files(run.checkpoints, SUFFIX), default=None)


def _newest_first(run: Run) -> list[Path]:
    return [*step_files(run.checkpoints, SUFFIX).values()][::-1]


def _write(path: Path, state: dict[str, Tensor], about: dict[str, Any]) -> None:
    metadata = {"ganzoo": json.dumps({"format": FORMAT, **about})}
    tensors = {
        key: tensor.detach().to("cpu", copy=True).contiguous() for key, tensor in state.items()
    }
    write_whole(path, safetensors.torch.save(tensors, metadata))
