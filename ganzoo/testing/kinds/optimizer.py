"""Rules for an optimizer, beside the rules for all components of a game."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from ganzoo.assembly.optimizers import optimizer_settings
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo.errors import UsageError
from ganzoo.testing.findings import Fault, Moot, rule
from ganzoo.testing.kinds.playing import LONG
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject


@rule(
    "groups",
    "optimizer",
    asks="It takes groups of weights, each with its learning rate, as torch's own optimizers do; a "
    "learning rate of 0 does not change the weights.",
    mend="Derive it from torch.optim.Optimizer, pass the defaults to super().__init__, and read "
    "every option from its group in step().",
)
def groups(subject: Subject) -> Iterator[Fault]:
    try:
        settings = optimizer_settings("g", subject.part, subject.registry)
    except UsageError as error:  # it has an option without a default: recipes show how it plays
        raise Moot(str(error)) from None
    scaled = replace(settings, lr_scale={"generator.body.0": 0.0})
    game = working(subject)[0].game()
    optimizer = PlayerOptimizer(scaled, game, "g")
    before = [weight.detach().clone() for weight in optimizer.parameters]
    for step in range(1, LONG + 1):  # a rate may begin at 0
        for weight in optimizer.parameters:
            weight.grad = torch.ones_like(weight)
        optimizer.step(step)
    for group in optimizer.optimizer.param_groups:
        still = group["lr"] == 0
        for weight in group["params"]:
            (old,) = [b for b, p in zip(before, optimizer.parameters, strict=True) if p is weight]
            if torch.equal(old, weight) != still:
                changed = "it changes a weight whose learning rate is 0"
                yield Fault(changed if still else "it changes no weight")
                return
