"""Checkpoints: each is one safetensors file, written whole. Pickle is never used."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ganzoo.errors import GanzooError
from ganzoo.run.files import removed, write_whole
from ganzoo.run.folder import Run
from ganzoo.run.shared import without_places
from ganzoo.run.step_files import step_files, step_name

FORMAT = 2
KEPT = 3
SUFFIX = ".safetensors"


def save(run: Run, state: dict[str, Tensor], *, step: int, seconds: float) -> Path:
    """Write the state after ``step``; then remove all checkpoints but the last three."""
    path = run.checkpoints / step_name(step, SUFFIX)
    about = {"step": step, "seconds": seconds}
    _write(path, state, {"kind": "checkpoint", **about, "config": run.config})
    for old in _newest_first(run)[KEPT:]:
        removed(old)
    return path


def save_generator(
    run: Run, state: dict[str, Tensor], *, step: int, best: Mapping[str, Any] | None = None
) -> None:
    """Write the weights that sampling needs, with the configuration that rebuilds the generator:
    of the newest generator; with ``best``, which has the metric, its value and the step, of the
    best one."""
    about = {"kind": "generator", "step": step, "config": without_places(run.config)}
    if best is None:
        _write(run.generator, state, about)
    else:
        _write(run.best_generator, state, {**about, "best": dict(best)})


def generator_file(
    state: dict[str, Tensor], config: Mapping[str, Any], *, step: int, z: Sequence[Any]
) -> bytes:
    """The content of a generator's file with these weights, as ``save_generator`` writes it, and
    with the parts of z (see ``ganzoo.sampling.z_parts``)."""
    about = {"kind": "generator", "step": step, "config": without_places(config), "z": list(z)}
    return _content(state, about)


def best(run: Run) -> dict[str, Any] | None:
    """The metric, the value and the step of the best generator in the run's folder; None if there
    is no such generator, or its file is damaged."""
    try:
        with safe_open(run.best_generator, framework="pt") as file:
            found = json.loads((file.metadata() or {}).get("ganzoo", "null"))["best"]
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None
    fits = isinstance(found, dict) and isinstance(found.get("value"), int | float)
    return found if fits and {"metric", "step"} <= found.keys() else None


def read(path: Path, device: str = "cpu") -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file and its metadata. Raises GanzooError for a damaged file, even if one
    bit differs, and for a file of another format."""
    try:
        with safe_open(path, framework="pt", device=device) as file:
            about = json.loads((file.metadata() or {}).get("ganzoo", "null"))
            _check_about(path, about)
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise GanzooError(f"There is no file {path}.") from None
    except (SafetensorError, OSError, ValueError, RuntimeError, RecursionError) as error:
        raise GanzooError(f"{path} is damaged or cut short ({error}). Use an older one.") from None
    if digest(tensors) != about.get("sha256"):
        raise GanzooError(f"{path} is damaged: its weights differ from the weights written.")
    return tensors, about


def _check_about(path: Path, about: Any) -> None:
    if not isinstance(about, dict) or "format" not in about:
        raise GanzooError(f"{path} was not written by ganzoo: it has none of ganzoo's metadata.")
    if about["format"] != FORMAT:
        config = about.get("config")
        libraries = config.get("libraries") if isinstance(config, dict) else None
        made_by = libraries.get("ganzoo") if isinstance(libraries, dict) else None
        raise GanzooError(
            f"{path} has format {about['format']}"
            f"{f', made by ganzoo {made_by}' if made_by else ''}; this is ganzoo "
            f"{metadata.version('ganzoo')}, which reads format {FORMAT}."
        )
    if about.get("kind") not in ("checkpoint", "generator") or type(about.get("step")) is not int:
        raise GanzooError(f"{path} was not written by ganzoo: it has none of ganzoo's metadata.")


def digest(tensors: Mapping[str, Tensor]) -> str:
    """The SHA-256 of tensors, with their names, types and shapes, in hexadecimal digits."""
    sha256 = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        sha256.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        sha256.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return sha256.hexdigest()


def newest_first(run: Run) -> Iterator[tuple[dict[str, Tensor], dict[str, Any]]]:
    """The readable checkpoints of a run, the newest first. Warns of each unreadable checkpoint."""
    for path in _newest_first(run):
        try:
            state, about = read(path)
            if about["kind"] != "checkpoint" or not isinstance(about.get("seconds"), int | float):
                raise GanzooError(f"{path} is not a checkpoint.")
        except GanzooError as error:
            warnings.warn(f"Passing over a checkpoint: {error}", stacklevel=2)
            continue
        yield state, about


def of_step(
    run: Run, step: int | None = None, device: str = "cpu"
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The checkpoint of ``step``, by default the newest. Raises GanzooError if there is no such
    checkpoint, and names the steps of the checkpoints that there are."""
    files = step_files(run.checkpoints, SUFFIX)
    if step is None and files:
        step = max(files)
    if step is None:
        raise GanzooError(f"{run.path} has no checkpoint yet.")
    if step not in files:
        steps = ", ".join(map(str, sorted(files))) or "none"
        raise GanzooError(
            f"{run.path} has no checkpoint of step {step}. It has checkpoints of steps: {steps}."
        )
    return read(files[step], device)


def last_step(run: Run) -> int | None:
    """The step of the newest checkpoint; None if there is no checkpoint."""
    return max(step_files(run.checkpoints, SUFFIX), default=None)


def largest(run: Run) -> int:
    """The size in bytes of the largest checkpoint; 0 if there is no checkpoint."""
    files = step_files(run.checkpoints, SUFFIX).values()
    return max((path.stat().st_size for path in files), default=0)


def _newest_first(run: Run) -> list[Path]:
    return [*step_files(run.checkpoints, SUFFIX).values()][::-1]


def _write(path: Path, state: dict[str, Tensor], about: dict[str, Any]) -> None:
    write_whole(path, _content(state, about))


def _content(state: dict[str, Tensor], about: dict[str, Any]) -> bytes:
    tensors = {
        key: tensor.detach().to("cpu", copy=True).contiguous() for key, tensor in state.items()
    }
    plain = {"format": FORMAT, **about, "sha256": digest(tensors)}
    return safetensors.torch.save(tensors, {"ganzoo": json.dumps(plain)})
