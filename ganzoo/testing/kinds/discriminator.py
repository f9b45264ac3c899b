"""Rules for a discriminator alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from ganzoo import rng
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.looking import calls, stir, tensors
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject


@rule(
    "scores",
    "discriminator",
    asks="It turns x (N, *spec.shape) into scores (N,), or (N, ...) of patches; with them it may "
    "return a dict of further tensors, N rows each.",
    mend="Take the sizes of all layers from spec.shape, keep the batch dimension first, and reduce "
    "nothing over the batch.",
)
def scores(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        for args, _, output in calls(scene, scene.game()):
            count = len(args[0])
            score, aux = output if isinstance(output, tuple) else (output, {})
            if not isinstance(score, Tensor) or not isinstance(aux, dict):
                yield Seen("it returns neither a tensor nor a tensor and a dict", case=scene.case)
                continue
            for name, tensor in {"score": score, **aux}.items():
                if tuple(tensor.shape[:1]) != (count,):
                    shape = tuple(tensor.shape)
                    yield Seen(f"{name!r} of {count} samples is {shape}", case=scene.case)


@rule(
    "joint-batch",
    "discriminator",
    asks="Where joint_batch says that real and fake samples may be scored in one batch, a score "
    "depends on its own sample alone.",
    mend="A layer mixes the samples of a batch (a statistic over the batch, for example): override "
    "the property joint_batch to return False.",
)
def joint_batch(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        game = scene.game()
        network = scene.member(game)
        if not getattr(network, "joint_batch", False):
            raise Moot("it scores real and fake samples apart")
        (args, kwargs, _), *_ = calls(scene, game)
        stir(network, 0.02)
        for mode in (False, True):
            network.train(mode)
            whole, again = (_score(network, args, kwargs, seed) for seed in (1, 2))
            if not _close(whole, again):
                continue  # it drops units at random: nothing can be compared
            half = len(args[0]) // 2
            rows = slice(half)
            first = {k: v[rows] if isinstance(v, Tensor) else v for k, v in kwargs.items()}
            apart = _score(network, tuple(a[rows] for a in args), first, 1)
            for name in apart:
                if not torch.allclose(whole[name][rows], apart[name], rtol=1e-3, atol=1e-4):
                    when = "training" if mode else "evaluation"
                    yield Seen(f"in {when}, {name} depends on the batch", case=scene.case)


@torch.no_grad()
def _score(network: nn.Module, args: Any, kwargs: Any, seed: int) -> dict[str, Tensor]:
    with rng.seeded(seed):
        return tensors(network(*args, **kwargs))


def _close(a: dict[str, Tensor], b: dict[str, Tensor]) -> bool:
    """Up to rounding, which depends on the size of the batch."""
    return all(torch.allclose(a[name], b[name], rtol=1e-3, atol=1e-4) for name in a)
