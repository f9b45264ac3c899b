"""Rules for a discriminator, beside the rules for all networks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import torch
from torch import Tensor, nn

from ganzoo import rng
from ganzoo.interfaces import Discriminator
from ganzoo.testing.findings import Fault, Moot, rule
from ganzoo.testing.inspection import called, perturb, tensors
from ganzoo.testing.subject import Subject


@rule(
    "scores",
    "discriminator",
    asks="It maps x (N, *spec.shape) to scores (N,), or (N, ...) for patches; it may also return a "
    "dict of further tensors with N rows each.",
    mend="Take the sizes of all layers from spec.shape, keep the batch dimension first, and reduce "
    "nothing over the batch.",
)
def scores(subject: Subject) -> Iterator[Fault]:
    for scene, _, made in called(subject):
        for args, _, output in made:
            count = len(args[0])
            score, aux = output if isinstance(output, tuple) else (output, {})
            if not isinstance(score, Tensor) or not isinstance(aux, dict):
                yield Fault("it returns neither a tensor nor a tensor and a dict", case=scene.case)
                continue
            for name, tensor in {"score": score, **aux}.items():
                if tuple(tensor.shape[:1]) != (count,):
                    shape = tuple(tensor.shape)
                    yield Fault(f"{name!r} of {count} samples is {shape}", case=scene.case)


@rule(
    "gives",
    "discriminator",
    asks="`gives` has the names of the tensors that it returns beside the scores, and no others.",
    mend="Set gives = (...) in the class to the keys of the dict that forward returns; in the "
    "constructor if they depend on the options.",
)
def gives(subject: Subject) -> Iterator[Fault]:
    for scene, game, made in called(subject):
        declared = {*cast(Discriminator, scene.member(game)).gives}
        for _, _, output in made:
            returned = {*output[1]} if isinstance(output, tuple) else set()
            for name in sorted(returned ^ declared):
                text = "returned and not declared" if name in returned else "declared, not returned"
                yield Fault(f"{name!r} is {text}", case=scene.case)


@rule(
    "joint-batch",
    "discriminator",
    asks="If joint_batch is true, so that real and fake samples are scored in one batch, a score "
    "depends only on its own sample.",
    mend="A layer mixes the samples of a batch (for example, by a statistic over the batch): "
    "override the property joint_batch to return False.",
)
def joint_batch(subject: Subject) -> Iterator[Fault]:
    for scene, game, made in called(subject):
        network = scene.member(game)
        if not getattr(network, "joint_batch", False):
            raise Moot("it scores real and fake samples in separate batches")
        args, kwargs, _ = made[0]
        perturb(network, 0.02)
        for mode in (False, True):
            network.train(mode)
            whole, again = (_score(network, args, kwargs, seed) for seed in (1, 2))
            if not _close(whole, again):
                continue  # its output is random, as with dropout: it cannot be compared
            half = len(args[0]) // 2
            rows = slice(half)
            first = {k: v[rows] if isinstance(v, Tensor) else v for k, v in kwargs.items()}
            part = _score(network, tuple(a[rows] for a in args), first, 1)
            for name in part:
                if not torch.allclose(whole[name][rows], part[name], rtol=1e-3, atol=1e-4):
                    when = "training" if mode else "evaluation"
                    yield Fault(f"in {when}, {name} depends on the batch", case=scene.case)


@torch.no_grad()
def _score(network: nn.Module, args: Any, kwargs: Any, seed: int) -> dict[str, Tensor]:
    with rng.seeded(seed):
        return tensors(network(*args, **kwargs))


def _close(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    """Whether the tensors are equal up to rounding, which depends on the size of the batch."""
    return all(torch.allclose(a[name], b[name], rtol=1e-3, atol=1e-4) for name in a)
