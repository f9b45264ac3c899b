"""Rules for a penalty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

import torch
from torch import Tensor

from ganzoo.interfaces import Penalty
from ganzoo.testing.findings import Fault, Moot, Skipped, rule
from ganzoo.testing.inspection import calls
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject


@rule(
    "term",
    "penalty",
    asks="It returns one finite number with finite gradients with respect to the player's weights; "
    "a number that is not 0 has a gradient; its interval, in steps, is a whole number >= 1.",
    mend="Take the mean over the batch; pass create_graph=True to torch.autograd.grad; do not use "
    ".detach(); add a small number inside the root of a sum of squares, which may be 0.",
)
def term(subject: Subject) -> Iterator[Fault]:
    made = 0
    for scene in working(subject):
        game = scene.game()
        part = cast(Penalty, scene.member(game))
        if not isinstance(part.interval, int) or part.interval < 1:
            yield Fault(f"its interval is {part.interval!r}")
            return
        due = (scene.start // part.interval + 1) * part.interval  # the first step that it is due in
        outputs = [output for _, _, output in calls(scene, game, due)]
        if type(part).forward is Penalty.forward:
            raise Moot("it only projects weights")
        weights = [
            weight
            for role in game.players()[part.player]
            for weight in game.get_submodule(role).parameters()
            if weight.requires_grad
        ]
        made += len(outputs)
        for output in outputs:
            if text := _fault(output, weights):
                yield Fault(text, case=scene.case)
    if not made:
        raise Skipped("no update of a game calls it")


def _fault(value: object, weights: Sequence[Tensor]) -> str:
    if not isinstance(value, Tensor):
        return f"it is a {type(value).__name__}, not a tensor"
    if value.dim():
        return f"it has the shape {tuple(value.shape)}"
    if not value.isfinite():
        return f"it is {value:g}"
    if not value.requires_grad:
        return "it has no gradient with respect to any weight" if value.any() else ""
    grads = torch.autograd.grad(value, weights, retain_graph=True, allow_unused=True)
    if all(grad is None for grad in grads):
        return "it has no gradient with respect to any weight of its player"
    finite = all(grad.isfinite().all() for grad in grads if grad is not None)
    return "" if finite else "its gradient is not finite"
