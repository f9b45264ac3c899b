"""Rules for a penalty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor

from ganzoo.interfaces import Penalty
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.looking import calls
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject


@rule(
    "term",
    "penalty",
    asks="Its term is one finite number with finite gradients by the player's weights; a term that "
    "is not 0 has a gradient; its interval, in steps, is a whole number of at least 1.",
    mend="Take the mean over the batch; pass create_graph=True to torch.autograd.grad and detach "
    "nothing; add a small number inside the root of a sum of squares, which may be 0.",
)
def term(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        game = scene.game()
        part = cast(Penalty, scene.member(game))
        if not isinstance(part.interval, int) or part.interval < 1:
            yield Seen(f"its interval is {part.interval!r}")
            return
        seen = calls(scene, game, step=part.interval)
        if type(part).forward is Penalty.forward:
            raise Moot("it only acts on weights")
        weights = [
            weight
            for role in game.players()[part.player]
            for weight in game.get_submodule(role).parameters()
            if weight.requires_grad
        ]
        for _, _, value in seen:
            if text := _fault(value, weights):
                yield Seen(text, case=scene.case)


def _fault(value: object, weights: Sequence[Tensor]) -> str:
    if not isinstance(value, Tensor):
        return f"it is a {type(value).__name__}, not a tensor"
    if value.dim():
        return f"it has the shape {tuple(value.shape)}"
    if not value.isfinite():
        return f"it is {value:g}"
    if not value.requires_grad:
        return "it has no gradient by any weight" if value.any() else ""
    grads = torch.autograd.grad(value, weights, retain_graph=True, allow_unused=True)
    if all(grad is None for grad in grads):
        return "it has no gradient by any weight of its player"
    finite = all(grad.isfinite().all() for grad in grads if grad is not None)
    return "" if finite else "its gradient is not finite"
