"""Rules for every component of a game, and for whole recipes: it plays, and can be repeated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import safetensors.torch
import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._device import _device_constructors

from ganzoo import rng
from ganzoo.arithmetic import Arithmetic
from ganzoo.assembly.variants import bound, whole
from ganzoo.engine import Engine
from ganzoo.testing.findings import Moot, Seen, Skipped, described, rule
from ganzoo.testing.looking import inside, same
from ganzoo.testing.scenes import Scene, outcome, some
from ganzoo.testing.subject import Subject

NETWORKS = ("generator", "discriminator", "network")
PARTS = (*NETWORKS, "loss", "penalty", "augmentation", "prior", "game", "optimizer")
PLAYING = (*PARTS, "recipe")


@rule(
    "plays",
    *PLAYING,
    asks="It plays some steps of a whole training, among stand-ins or in a recipe that uses it: "
    "every loss is one finite number with a gradient, and every player's weights move.",
    mend="Mend the error. A constructor that cannot serve some data raises ganzoo.UsageError. What "
    "works only with other components of yours is tried through a recipe that uses it: register "
    "one.",
)
def plays(subject: Subject) -> Iterator[Seen]:
    own_data = False
    if subject.entry.kind == "recipe":
        recipe = whole(subject.entry, subject.registry)
        bound(recipe, subject.registry)  # raises, with a sentence, for a name that there is not
        own_data = subject.rehearsal.data(recipe.dataset) is not None
    found = subject.once(outcome)
    for case, fault in found.faults:
        yield Seen(fault, case=case)
    if not found.working and not found.faults:
        reason = next(iter(found.refusals), "no recipe or game uses it")
        if own_data or reason.partition(":")[0].endswith("Error"):  # an error, not a refusal
            yield Seen(reason)
        else:
            raise Skipped(f"it fits nothing that it was tried with ({reason.rstrip('.')})")


@rule(
    "deterministic",
    *PLAYING,
    asks="Under a seed it is made and trained the same every time, bit for bit.",
    mend="Draw all random numbers from the global generators of torch, numpy or Python, never from "
    "one of your own, the clock or the system.",
)
def deterministic(subject: Subject) -> Iterator[Seen]:
    for scene in some(subject):
        first, second = (_played(scene, scene.engine()).state() for _ in range(2))
        yield from _differing(first, second, scene, "one time to the next")


@rule(
    "resumes",
    *PLAYING,
    asks="Its training, saved and read back half-way, goes on as if it had never stopped, bit for "
    "bit.",
    mend="Keep what changes in parameters and buffers (register_buffer), never in plain "
    "attributes, and make all of them in the constructor.",
)
def resumes(subject: Subject) -> Iterator[Seen]:
    for scene in some(subject):
        if any(deterministic(subject)):
            raise Moot("it is something else every time")
        engine = _played(scene, scene.engine())
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
    asks="Every tensor that it makes lies on the device of the tensors it is given.",
    mend="Make tensors with device=x.device, or by x.new_... and torch.rand_like(x); register "
    "constants with register_buffer, which .to(device) moves.",
)
def device(subject: Subject) -> Iterator[Seen]:
    for scene in some(subject):
        if subject.entry.kind not in ("game", "optimizer"):
            engine = scene.engine()
            inside(scene.member(engine.game), Elsewhere)
            try:
                _played(scene, engine)
            except (RuntimeError, NotImplementedError) as error:
                text = f"a tensor is made on the default device: {described(error)}"
                yield Seen(text, case=scene.case)
        for kind in accelerators():
            _played(scene, scene.engine(device=kind))


@rule(
    "autocast",
    *PLAYING,
    asks="It trains with --precision bf16, under torch.autocast, and its weights stay finite.",
    mend="Write x.to(other.dtype) where two tensors meet that autocast may have made of different "
    "precision; compute what needs full precision with .float(), where autocast is disabled.",
)
def autocast(subject: Subject) -> Iterator[Seen]:
    for scene in some(subject):
        for kind in ("cpu", *accelerators()):
            engine = _played(scene, scene.engine(device=kind, arithmetic=Arithmetic("bf16")))
            for name, tensor in _tensors(engine).items():
                if tensor.is_floating_point() and not tensor.isfinite().all():
                    yield Seen(f"on {kind}, {name!r} is not finite", case=scene.case)
                    break


def _played(scene: Scene, engine: Engine) -> Engine:
    with rng.seeded(1):
        for _ in range(scene.steps(engine.game)):
            engine.advance()
    return engine


def _tensors(engine: Engine) -> dict[str, Tensor]:
    """The state of a training without the random generators'."""
    return {k: t for k, t in engine.state().items() if not k.startswith("rng.")}


def _through_a_file(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    copied = {
        key: tensor.detach().to("cpu", copy=True).contiguous() for key, tensor in state.items()
    }
    return safetensors.torch.load(safetensors.torch.save(copied))


def _differing(
    a: Mapping[str, Tensor], b: Mapping[str, Tensor], scene: Scene, where: str
) -> Iterator[Seen]:
    names = sorted(k for k in {*a, *b} if k not in a or k not in b or not same(a[k], b[k]))
    if names:
        own = [name for name in names if name.startswith("game.")] or names
        yield Seen(f"{len(names)} tensors differ from {where}, first {own[0]!r}", case=scene.case)


class Elsewhere(TorchFunctionMode):
    """Inside, a tensor that is made without a device lands on one where nothing can be computed, as
    on a machine with an accelerator. A single number may be on the CPU anywhere."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made, named = func(*args, **(kwargs or {})), kwargs or {}
        careless = func in _device_constructors() and named.get("device") is None
        given = args and isinstance(args[0], Tensor)  # as_tensor(x) makes no tensor
        return made.to("meta") if careless and not given and made.dim() else made


def accelerators() -> tuple[str, ...]:
    """The devices to try beside the CPU."""
    here = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    return tuple(kind for kind, available in here.items() if available)
