"""Whether a network can learn: where gradients arrive."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from ganzoo.testing.cases import batch
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.subject import Subject, with_part
from ganzoo.testing.tensors import mixed, stir
from ganzoo.testing.trials import working
from ganzoo.testing.trials.network import NetworkTrial
from ganzoo.testing.trials.play import gradients as gradients_of_a_round
from ganzoo.testing.trials.play import staged


@rule(
    "gradients",
    "generator",
    "discriminator",
    asks="Gradients reach every parameter, from its output or in a recipe's step of play, and the "
    "samples that a discriminator judges; they are finite, and not all of them 0.",
    mend="Look for .detach(), .data, .item(), no_grad() or rounding on the way, and for a layer "
    "that is made and never used.",
)
def gradients(subject: Subject) -> Iterator[Seen]:
    reached: set[str] = set()
    unreached: dict[str, str] = {}
    for trial in working(subject, NetworkTrial):
        network, problem = _descended(trial)
        if problem:
            yield Seen(problem, case=trial.case)
        for name, weight in network.named_parameters():
            if weight.grad is not None:
                reached.add(name)
            elif weight.requires_grad and not problem:
                unreached.setdefault(name, trial.case)
    lost = {name: case for name, case in unreached.items() if name not in reached}
    if lost:
        reached |= _reached_in_play(subject)
    for name, case in lost.items():
        if name not in reached:
            yield Seen(f"none reaches its parameter {name!r}", case=case)


def _descended(trial: NetworkTrial) -> tuple[nn.Module, str]:
    """The network with its gradients taken, and what is wrong with them."""
    game = trial.build()
    network = trial.network(game)
    stir(network, 0.02)
    reals = batch(trial.spec)
    assert reals.x is not None
    x: Tensor = reals.x.requires_grad_()
    score = mixed(trial.outputs(game, reals=reals))
    if not score.requires_grad:
        return network, "its output has no gradient at all"
    torch.autograd.backward(score)
    grads = [weight.grad for weight in network.parameters() if weight.grad is not None]
    if not all(grad.isfinite().all() for grad in grads):
        return network, "the gradient of a parameter is not finite"
    if not any(grad.any() for grad in grads):
        return network, "none reaches a parameter" if not grads else "all of them are 0"
    if trial.field == "discriminator" and (x.grad is None or not x.grad.any()):
        return network, "none reaches the samples that it judges"
    return network, ""


def _reached_in_play(subject: Subject) -> set[str]:
    """The parameters that a loss or a game of some recipe reaches in ways of its own."""
    field, reached = subject.entry.kind, set()
    for recipe, _ in subject.rehearsal.recipes_with(subject.entry):
        mine = with_part(recipe, field, subject.entry, **getattr(recipe, field).options)
        game, some = staged(subject.rehearsal.small(mine), subject.rehearsal)
        network = game.generator if field == "generator" else game.discriminator
        found = gradients_of_a_round(game, some).values()
        ids = {id(weight) for player in found for weight, _ in player}
        reached |= {name for name, weight in network.named_parameters() if id(weight) in ids}
    return reached
