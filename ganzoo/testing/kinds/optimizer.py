"""Rules for an optimizer, beside those for everything that plays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import torch

from ganzoo.assembly.optimizers import optimizer_settings
from ganzoo.optimizers import PlayerOptimizer
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.scenes import working
from ganzoo.testing.subject import Subject


@rule(
    "groups",
    "optimizer",
    asks="It takes groups of weights with a learning rate each, as torch's own optimizers do; at a "
    "rate of 0 weights stay where they are.",
    mend="Derive it from torch.optim.Optimizer, pass the defaults to super().__init__, and read "
    "every option from its group in step().",
)
def groups(subject: Subject) -> Iterator[Seen]:
    settings = optimizer_settings("g", subject.part, subject.registry)
    scaled = replace(settings, lr_scale={"generator.body.0": 0.0})
    game = working(subject)[0].game()
    optimizer = PlayerOptimizer(scaled, game, "g")
    before = [weight.detach().clone() for weight in optimizer.parameters]
    for weight in optimizer.parameters:
        weight.grad = torch.ones_like(weight)
    optimizer.step(1)
    for group in optimizer.optimizer.param_groups:
        still = group["lr"] == 0
        for weight in group["params"]:
            (old,) = [b for b, p in zip(before, optimizer.parameters, strict=True) if p is weight]
            if torch.equal(old, weight) != still:
                yield Seen("it moves a weight whose rate is 0" if still else "it moves no weight")
                return
