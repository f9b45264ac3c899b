"""Rules for an augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.interfaces import Augmentation
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.looking import calls
from ganzoo.testing.scenes import Scene, working
from ganzoo.testing.subject import Subject
from ganzoo.types import Batch, Spec


@rule(
    "batch",
    "augmentation",
    asks="x keeps its dtype and gets the shape of d_spec(spec); N samples become N, or N/k where k "
    "of them are packed; every other tensor of the batch has as many rows as x; and it works under "
    "torch.no_grad().",
    mend="Return batch.replace(x=...), override d_spec(spec) where the shape changes, and drop or "
    "repeat y, z, code and cond where the number of rows does.",
)
def batch(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        part, given, spec = _given(scene)
        with torch.no_grad():
            found = _seen(part, given)
        x, wanted = found.x, part.d_spec(spec).shape
        if not isinstance(x, Tensor) or given.x is None:
            yield Seen("it returns a batch without x", case=scene.case)
            continue
        if x.dtype != given.x.dtype:
            yield Seen(f"x is {x.dtype}, and was {given.x.dtype}", case=scene.case)
        if tuple(x.shape[1:]) != wanted:
            shape = tuple(x.shape[1:])
            yield Seen(f"a sample is {shape}, and d_spec says {wanted}", case=scene.case)
        if not len(x) or len(given) % len(x):
            yield Seen(f"{len(given)} samples become {len(x)}", case=scene.case)
        for name, tensor in {"y": found.y, "z": found.z, **found.code, **found.cond}.items():
            if tensor is not None and len(tensor) != len(x):
                text = f"{name} has {len(tensor)} rows, and x has {len(x)}"
                yield Seen(text, case=scene.case)


@rule(
    "gradients",
    "augmentation",
    asks="A finite gradient that is not 0 passes through it to the samples, and no sample of the "
    "batch reaches the view of another half: real and fake samples may be scored in one batch.",
    mend="Work with torch's own functions, without .detach(), rounding or numpy; mix no samples, "
    "and pack only neighbours.",
)
def gradients(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        part, given, _ = _given(scene)
        x = cast(Tensor, given.x).detach().requires_grad_()
        found = _seen(part, given.replace(x=x)).x
        if found is None or not found.requires_grad:
            yield Seen("no gradient passes", case=scene.case)
            continue
        (whole,) = torch.autograd.grad(found.sum(), x, retain_graph=True)
        if not whole.isfinite().all():
            yield Seen("the gradient is not finite", case=scene.case)
        elif not whole.any():
            yield Seen("the gradient is 0 everywhere", case=scene.case)
        (half,) = torch.autograd.grad(found[: len(found) // 2].sum(), x)
        if half[len(x) // 2 :].any():
            yield Seen("the first half of the views depends on the other samples", scene.case)


def _given(scene: Scene) -> tuple[Augmentation, Batch, Spec]:
    """The augmentation, after its state has moved once, a batch that reaches it, and its spec."""
    engine = scene.engine()
    with rng.seeded(1):
        engine.advance()
    game = engine.game
    part = cast(Augmentation, scene.member(game))
    spec = game.g_spec()
    for other in game._augmentations():
        if other is part:
            break
        spec = other.d_spec(spec)
    (args, _, _), *_ = calls(scene, game)
    given: Batch = args[0]
    return part, given.map(lambda tensor: tensor.detach()), spec


def _seen(part: Augmentation, given: Batch) -> Batch:
    with rng.seeded(1):
        found: Batch = part(given)
    return found
