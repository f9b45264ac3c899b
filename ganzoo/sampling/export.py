"""``export``: a trained generator as a file that is used without ganzoo."""

from __future__ import annotations

import importlib
import io
import json
import tempfile
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import safetensors.torch
import torch
from torch import Tensor
from torch.func import functional_call

from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.paths import expanded
from ganzoo.registry import Registry
from ganzoo.run import Run, checkpoint
from ganzoo.run.files import write_whole
from ganzoo.sampling.load import load
from ganzoo.sampling.sampler import LABEL, Sampler, half_weights, halved_state, plain_weights
from ganzoo.sampling.trained import Trained
from ganzoo.sampling.z_parts import parts

SUFFIXES = {"onnx": ".onnx", "torchscript": ".pt", "safetensors": ".safetensors"}
OPSET = 17  # of ONNX: of 2022, which all of today's runtimes read
TOLERANCE = 1e-4  # of the check, in units of half the range of a sample
TRACED, CHECKED = 2, 5  # samples; two numbers, so that no number of samples is fixed in the file
SAMPLES = "samples"
MISSING = "The format onnx needs onnx and onnxruntime: pip install 'ganzoo[export]'"


@dataclass(frozen=True)
class Exported:
    """A file with a generator. path: of the file. inputs: the shape and the type of each input of
    the file, by name, where n is the number of samples. difference: the greatest difference between
    its samples and those of PyTorch with the weights of the file, in units of half the range of a
    sample. rounding: the greatest difference between its samples and those of the generator whose
    weights were not rounded to 16 bits, in the same units."""

    path: Path
    format: str
    inputs: Mapping[str, str]
    difference: float
    rounding: float = 0.0


def export(
    run: str | Path | Run,
    format: Literal["onnx", "torchscript", "safetensors"] = "onnx",
    *,
    out: str | Path | None = None,
    weights: Literal["ema", "raw", "best"] = "ema",
    average: float | None = None,
    half: bool = False,
    plugins: Sequence[str | Path] = (),
    registry: Registry | None = None,
) -> Exported:
    """Write the generator of a run, or of a ``generator.safetensors``, into a file of another
    format, and check that it gives the same samples as PyTorch, to 1e-4 of half their range.

    The inputs are z, the labels as ``label`` in a conditional game, and the prior's codes by their
    names; the output is ``samples``, float32 in [low, high] of the run's data. The number of
    samples is free. ``half``: keep matrices and kernels in float16, which halves the file; the
    computation is in float32 all the same. ``out``: the file; by default ``exported`` with the
    format's suffix in the folder of the generator. ``weights``, ``average``: as for ``load``.
    Raises GanzooError for a generator that cannot be exported, or whose file gives other samples;
    then nothing is written.
    """
    if format not in SUFFIXES:
        raise UsageError(f"There is no format {format!r}. {near(format, SUFFIXES)}")
    if format == "onnx":
        _libraries()  # a missing package is an error now, not after the computation
    chosen: list[str] = [] if weights == "ema" else [weights]
    chosen += [] if average is None else [f"average{average:g}"]
    place = _place(run, format, out, [*chosen, *["half"] * half])
    trained = load(run, weights=weights, average=average, plugins=plugins, registry=registry)
    inputs = _inputs(trained, TRACED)
    whole = sampler = Sampler(trained.game, list(inputs)).eval()
    if half:
        sampler = half_weights(whole)
    written, play = WRITERS[format](sampler, inputs, trained, half)
    difference = _difference(sampler, play, trained)
    if not difference <= TOLERANCE:
        raise GanzooError(
            f"The samples of the file differ from those of PyTorch by {difference:.2g} of half "
            f"their range, and at most {TOLERANCE:g} is allowed: a generator that draws random "
            "numbers, or whose operations depend on the number of samples, cannot be exported."
        )
    rounding = _difference(whole, play, trained) if half else 0.0
    write_whole(place, written)
    about = {name: _about(tensor) for name, tensor in inputs.items()}
    return Exported(place, format, about, difference, rounding)


Written = tuple[bytes, Callable[..., Tensor]]  # a file's content, and its samples from inputs


def _onnx(sampler: Sampler, inputs: Mapping[str, Tensor], trained: Trained, half: bool) -> Written:
    onnx, runtime = _libraries()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch's newer exporter needs a further package
        file = Path(folder) / "exported.onnx"
        torch.onnx.export(
            plain_weights(sampler),
            tuple(inputs.values()),
            file,
            input_names=list(inputs),
            output_names=[SAMPLES],
            dynamic_axes={name: {0: "n"} for name in (*inputs, SAMPLES)},
            opset_version=OPSET,
            do_constant_folding=not half,  # it would write the matrices in float32
            dynamo=False,
        )
        model = onnx.load(file)
    for key, value in _metadata(trained).items():
        model.metadata_props.add(key=key, value=value)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    known = {each.name for each in session.get_inputs()}

    def play(given: Mapping[str, Tensor]) -> Tensor:
        arrays = {name: tensor.numpy() for name, tensor in given.items() if name in known}
        return torch.from_numpy(session.run(None, arrays)[0])

    return content, play


def _torchscript(
    sampler: Sampler, inputs: Mapping[str, Tensor], trained: Trained, half: bool
) -> Written:
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # of torch, on its newer format, which C++ reads only built
        traced = torch.jit.trace(  # type: ignore[no-untyped-call]
            plain_weights(sampler), tuple(inputs.values()), check_trace=False
        )
        extra = {name: text.encode() for name, text in _metadata(trained).items()}
        torch.jit.save(traced, buffer, _extra_files=extra)
        loaded = torch.jit.load(  # type: ignore[no-untyped-call]
            io.BytesIO(buffer.getvalue())
        )

    def play(given: Mapping[str, Tensor]) -> Tensor:
        samples: Tensor = loaded(*given.values())
        return samples

    return buffer.getvalue(), play


def _safetensors(
    sampler: Sampler, inputs: Mapping[str, Tensor], trained: Trained, half: bool
) -> Written:
    """A file that ``ganzoo.load`` reads, and any reader of safetensors. Its check reads the file
    into the networks as they were made, with float32."""
    state = halved_state(trained.game) if half else trained.game.sampling_state()
    content = checkpoint.generator_file(
        state, trained.config, step=trained.step, z=parts(trained.game)
    )
    stored = safetensors.torch.load(content)
    own = Sampler(trained.game, list(inputs))
    weights = {
        f"game.{name}": t.float() if t.dtype == torch.float16 else t for name, t in stored.items()
    }

    def play(given: Mapping[str, Tensor]) -> Tensor:
        samples: Tensor = functional_call(own, weights, tuple(given.values()))
        return samples

    return content, play


WRITERS: Mapping[str, Callable[[Sampler, Mapping[str, Tensor], Trained, bool], Written]] = {
    "onnx": _onnx,
    "torchscript": _torchscript,
    "safetensors": _safetensors,
}


def _libraries() -> tuple[Any, Any]:
    """onnx and onnxruntime. Raises GanzooError where one of them is not installed."""
    try:
        return importlib.import_module("onnx"), importlib.import_module("onnxruntime")
    except ImportError:
        raise GanzooError(MISSING) from None


def _inputs(trained: Trained, n: int) -> dict[str, Tensor]:
    """The inputs of a generator for n samples, by name."""
    conditions = trained.game.conditions()
    if conditions:
        raise UsageError(
            f"This generator takes the condition {conditions[0]!r} with each sample. Generators "
            "that are drawn from noise, labels and codes can be exported."
        )
    noise = trained.noise(n, seed=0)
    further = sorted(noise.code.keys() - trained.game.prior.codes.keys())
    if further:
        raise UsageError(
            f"The game of this generator draws each sample with the random numbers {further[0]!r} "
            "beside z. Generators that are drawn from noise, labels and codes can be exported."
        )
    takes = trained.game.generator.takes
    codes = {name: code for name, code in noise.code.items() if name in takes}
    entries = {"z": noise.z, LABEL: noise.y, **codes}
    return {name: tensor for name, tensor in entries.items() if tensor is not None}


@torch.no_grad()
def _difference(sampler: Sampler, play: Callable[..., Tensor], trained: Trained) -> float:
    spec, worst = trained.spec, 0.0
    unit = (spec.high - spec.low) / 2 if spec.bounded else 1.0
    for n in (1, CHECKED):
        inputs = _inputs(trained, n)
        ours, theirs = sampler(*inputs.values()), play(inputs)
        if ours.shape != theirs.shape:
            return float("inf")
        worst = max(worst, float((ours - theirs).abs().max()) / unit)
        if not ours.isfinite().all():
            return float("nan")
    return worst


def _place(run: str | Path | Run, format: str, out: str | Path | None, tags: Sequence[str]) -> Path:
    suffix = SUFFIXES[format]
    if out is None:
        source = expanded(Path(run))
        name = "-".join(["exported", *tags])
        return (source.parent if source.is_file() else source) / f"{name}{suffix}"
    place = expanded(out)
    if place.suffix.lower() != suffix:
        raise UsageError(f"{place}: the format {format} has files of the name FILE{suffix}.")
    if not place.parent.is_dir():
        raise GanzooError(f"There is no folder {place.parent}. Choose another place with --out.")
    _check_place(place)
    return place


def _check_place(place: Path) -> None:
    """Raises UsageError for a file that sampling or resuming a run reads."""
    for folder in (place.parent, place.parent.parent):
        try:
            run = Run.open(folder)
        except GanzooError:  # the folder is no run
            continue
        if place in (run.generator, run.best_generator) or place.parent == run.checkpoints:
            raise UsageError(
                f"{place} is a file of the run {folder}, which reads it again. Choose another "
                "name with --out."
            )


def _metadata(trained: Trained) -> dict[str, str]:
    """What a reader of the file needs to know of the samples, as text by key."""
    spec, config = trained.spec, trained.config
    about = {
        "recipe": config["recipe"]["name"],
        "dataset": config["dataset"]["name"],
        "labels": config["dataset"].get("labels", []),
        "step": trained.step,
        "shape": list(spec.shape),
        "range": [spec.low, spec.high] if spec.bounded else [],
        "z": parts(trained.game),
    }
    return {"ganzoo": json.dumps(about)}


def _about(tensor: Tensor) -> str:
    shape = ", ".join(["n", *map(str, tensor.shape[1:])])
    return f"({shape}) {str(tensor.dtype).removeprefix('torch.')}"
