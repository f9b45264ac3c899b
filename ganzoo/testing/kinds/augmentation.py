"""Rules for an augmentation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.interfaces import Augmentation
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.inspection import called, calls
from ganzoo.testing.scenes import Scene
from ganzoo.testing.subject import Subject
from ganzoo.types import Batch, Spec


@rule(
    "batch",
    "augmentation",
    asks="x keeps its dtype and gets the shape of d_spec(spec); N samples become "
    "N / joins; every other tensor of the batch has as many rows as x; and it "
    "works under torch.no_grad().",
    mend="Return batch.replace(x=...); override d_spec(spec) if the shape changes; set joins if "
    "several samples become one; drop or repeat the rows of y, z, code and cond if the number of "
    "rows changes.",
)
def batch(subject: Subject) -> Iterator[Fault]:
    for scene, _, _ in called(subject):
        part, before, spec = _before(scene)
        with torch.no_grad():
            after = _augmented(part, before)
        x, wanted = after.x, part.d_spec(spec).shape
        if not isinstance(x, Tensor) or before.x is None:
            yield Fault("it returns a batch without x", case=scene.case)
            continue
        if x.dtype != before.x.dtype:
            yield Fault(f"x is {x.dtype}, and was {before.x.dtype}", case=scene.case)
        if tuple(x.shape[1:]) != wanted:
            shape = tuple(x.shape[1:])
            yield Fault(f"a sample has the shape {shape}, not d_spec's {wanted}", case=scene.case)
        if len(x) * part.joins != len(before):
            text = f"{len(before)} samples become {len(x)}, and joins is {part.joins}"
            yield Fault(text, case=scene.case)
        for name, tensor in {"y": after.y, "z": after.z, **after.code, **after.cond}.items():
            if tensor is not None and len(tensor) != len(x):
                text = f"{name} has {len(tensor)} rows, and x has {len(x)}"
                yield Fault(text, case=scene.case)


@rule(
    "gradients",
    "augmentation",
    asks="A finite gradient that is not 0 passes through it to the samples; the augmented samples "
    "of one half of the batch do not depend on the other half, since real and fake samples may be "
    "scored in one batch.",
    mend="Use torch's own functions, without .detach(), rounding or numpy; do not mix samples, and "
    "pack only adjacent samples.",
)
def gradients(subject: Subject) -> Iterator[Fault]:
    for scene, _, _ in called(subject):
        part, before, _ = _before(scene)
        x = cast(Tensor, before.x).detach().requires_grad_()
        after = _augmented(part, before.replace(x=x)).x
        if after is None or not after.requires_grad:
            yield Fault("no gradient passes", case=scene.case)
            continue
        (whole,) = torch.autograd.grad(after.sum(), x, retain_graph=True)
        if not whole.isfinite().all():
            yield Fault("the gradient is not finite", case=scene.case)
        elif not whole.any():
            yield Fault("the gradient is 0 everywhere", case=scene.case)
        (half,) = torch.autograd.grad(after[: len(after) // 2].sum(), x)
        if half[len(x) // 2 :].any():
            yield Fault("the first half of its output depends on the second half", scene.case)


def _before(scene: Scene) -> tuple[Augmentation, Batch, Spec]:
    """The augmentation after one step, the batch before it, and the spec of that batch."""
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
    before: Batch = args[0]
    if before.x is not None:  # a game may join further numbers to a sample, as in its own d_spec
        spec = spec.replace(shape=tuple(before.x.shape[1:]))
    return part, before.map(lambda tensor: tensor.detach()), spec


def _augmented(part: Augmentation, before: Batch) -> Batch:
    with rng.seeded(1):
        after: Batch = part(before)
    return after
