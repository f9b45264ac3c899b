"""Rules for every component of a game, and for recipes: it trains, and the training is
reproducible."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import safetensors.torch
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._device import _device_constructors

from ganzoo import rng
from ganzoo.assembly.build import checked_options
from ganzoo.assembly.optimizers import optimizer_settings
from ganzoo.assembly.overrides import on_other_data
from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.variants import bound, whole
from ganzoo.engine.arithmetic import Arithmetic
from ganzoo.engine.engine import Engine
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.testing.findings import Fault, Moot, Skipped, described, rule
from ganzoo.testing.inspection import inside, same
from ganzoo.testing.scenes import Scene, few, outcome
from ganzoo.testing.subject import Subject

NETWORKS = ("generator", "discriminator", "network")
PARTS = (*NETWORKS, "loss", "penalty", "augmentation", "prior", "game", "optimizer")
PLAYING = (*PARTS, "recipe")
LONG = 8  # steps that show a state which changes after some steps only


@rule(
    "plays",
    *PLAYING,
    asks="It trains for some steps, with stand-ins or in a recipe that uses it: every loss is one "
    "finite number with a gradient, and every player's weights change.",
    mend="Correct the error. If the constructor cannot handle some data, raise ganzoo.UsageError. "
    "If the component works only with other components of yours, register a recipe that uses it.",
)
def plays(subject: Subject) -> Iterator[Fault]:
    own_data = False
    if subject.entry.kind == "recipe":
        recipe = whole(subject.entry, subject.registry)
        for each in (recipe, on_other_data(recipe)):
            _check_settings(each, subject.registry)
        own_data = subject.rehearsal.data(recipe.dataset) is not None
    result = subject.once(outcome)
    for case, fault in result.faults:
        yield Fault(fault, case=case)
    if not result.working and not result.faults:
        reason = next(iter(result.refusals), "no recipe or game uses it")
        if own_data or reason.partition(":")[0].endswith("Error"):  # an error, not a refusal
            yield Fault(reason)
        else:
            raise Skipped(f"it fits no data and no recipe of this check ({reason.rstrip('.')})")


def _check_settings(recipe: Recipe, registry: Registry) -> None:
    """Raises UsageError for a component or an option that does not exist, or a value that is not
    allowed."""
    recipe = fixed(bound(recipe, registry), registry)
    for kind, path, part in recipe.parts():
        if kind == "optimizer":
            optimizer_settings(path.partition(".")[2], part, registry)
        else:
            checked_options(registry.get(kind, part.name).load(), kind, part, registry)


@rule(
    "deterministic",
    *PLAYING,
    asks="The same seed gives the same weights, before and after training, bit for bit.",
    mend="Draw all random numbers from the global generators of torch, numpy or Python; do not use "
    "another generator, the clock or the system.",
)
def deterministic(subject: Subject) -> Iterator[Fault]:
    for scene in few(subject):
        first, second = (_played(scene, scene.engine()).state() for _ in range(2))
        yield from _differing(first, second, scene, "a second training")


@rule(
    "resumes",
    *PLAYING,
    asks="A training that is saved and resumed gives the same weights as one that was not stopped, "
    "bit for bit.",
    mend="Keep all state in parameters and buffers (register_buffer), not in plain attributes, and "
    "make them in the constructor.",
)
def resumes(subject: Subject) -> Iterator[Fault]:
    for scene in few(subject):
        if any(deterministic(subject)):
            raise Moot("it is not deterministic")
        slow = subject.entry.kind in (*NETWORKS, "recipe")
        count = 0 if slow else LONG
        engine = _played(scene, scene.engine(), at_least=count)
        step, saved = engine.step, _through_a_file(engine.state())
        other = scene.engine(seed=5)
        with rng.seeded(7):
            other.restore(saved, step=step)
            for _ in range(2):
                other.advance()
        with rng.seeded(7):
            rng.restore({k[4:]: t for k, t in saved.items() if k.startswith("rng.")})
            for _ in range(2):
                engine.advance()
        yield from _differing(_tensors(engine), _tensors(other), scene, "a resumed training")


@rule(
    "device",
    *PARTS,
    asks="Every tensor that it makes is on the device of its inputs.",
    mend="Make tensors with device=x.device, or by x.new_... and torch.rand_like(x); register "
    "constants with register_buffer, which .to(device) moves.",
)
def device(subject: Subject) -> Iterator[Fault]:
    for scene in few(subject):
        if subject.entry.kind not in ("game", "optimizer"):
            engine = scene.engine()
            inside(scene.member(engine.game), MetaAsDefaultDevice)
            try:
                _played(scene, engine)
            except (RuntimeError, NotImplementedError) as error:
                text = f"a tensor is made on the default device: {described(error)}"
                yield Fault(text, case=scene.case)
        for kind in accelerators():
            _played(scene, scene.engine(device=kind))


@rule(
    "autocast",
    *PLAYING,
    asks="It trains with --precision bf16, under torch.autocast, and its weights stay finite.",
    mend="Write x.to(other.dtype) before an operation on two tensors to which autocast may have "
    "given different dtypes; for full precision, disable autocast and use .float().",
)
def autocast(subject: Subject) -> Iterator[Fault]:
    for scene in few(subject):
        for kind in ("cpu", *accelerators()):
            engine = _played(scene, scene.engine(device=kind, arithmetic=Arithmetic("bf16")))
            for name, tensor in _tensors(engine).items():
                if tensor.is_floating_point() and not tensor.isfinite().all():
                    yield Fault(f"on {kind}, {name!r} is not finite", case=scene.case)
                    break


def _played(scene: Scene, engine: Engine, at_least: int = 0) -> Engine:
    with rng.seeded(1):
        for _ in range(max(scene.steps(engine.game), at_least)):
            engine.advance()
    return engine


def _tensors(engine: Engine) -> dict[str, Tensor]:
    """The state of a training without the states of the random number generators."""
    return {k: t for k, t in engine.state().items() if not k.startswith("rng.")}


def _through_a_file(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    copied = {
        key: tensor.detach().to("cpu", copy=True).contiguous() for key, tensor in state.items()
    }
    return safetensors.torch.load(safetensors.torch.save(copied))


def _differing(
    a: Mapping[str, Tensor], b: Mapping[str, Tensor], scene: Scene, where: str
) -> Iterator[Fault]:
    names = sorted(k for k in {*a, *b} if k not in a or k not in b or not same(a[k], b[k]))
    if names:
        own = [name for name in names if name.startswith("game.")] or names
        yield Fault(f"{len(names)} tensors differ from {where}, first {own[0]!r}", case=scene.case)


class MetaAsDefaultDevice(TorchFunctionMode):
    """Puts a tensor that is made without a device on the meta device, which cannot compute with
    other tensors. This shows the fault that an accelerator would show. A tensor with a single
    number is left on the CPU, where every device can read it."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        tensor, named = func(*args, **(kwargs or {})), kwargs or {}
        no_device = func in _device_constructors() and named.get("device") is None
        converted = args and isinstance(args[0], Tensor)  # as_tensor(x) makes no new tensor
        return tensor.to("meta") if no_device and not converted and tensor.dim() else tensor


def accelerators() -> tuple[str, ...]:
    """The available devices other than the CPU."""
    devices = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(device for device, available in devices.items() if available)
