"""Rules for networks: generators, discriminators, and the networks of further roles."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo import rng
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.inspection import called, calls, perturb, tensors
from ganzoo.testing.scenes import Scene, working
from ganzoo.testing.subject import Subject

NETWORKS = ("generator", "discriminator", "network")


@rule(
    "outputs",
    *NETWORKS,
    asks="Its outputs are finite float32 tensors, in full precision.",
    mend="Compute in the dtype of the inputs and the weights: leave out .double(), .half() and "
    "float64 constants. Look for a logarithm or a root of 0, and for a division by 0.",
)
def outputs(subject: Subject) -> Iterator[Fault]:
    for scene, _, made in called(subject):
        for _, _, output in made:
            for name, tensor in tensors(output).items():
                if tensor.dtype != torch.float32:
                    yield Fault(f"{name} is {tensor.dtype}", case=scene.case)
                elif not tensor.isfinite().all():
                    yield Fault(f"{name} is not finite", case=scene.case)


@rule(
    "gradients",
    *NETWORKS,
    asks="Gradients reach each of its parameters in a step of some game, or from its outputs; all "
    "gradients are finite, and not all are 0.",
    mend="Look for .detach(), .data, .item(), no_grad() or rounding in forward(), and for a layer "
    "that is never used.",
)
def gradients(subject: Subject) -> Iterator[Fault]:
    unreached: dict[str, str] = {}
    reached: set[str] = set()
    was_called = False
    for scene in working(subject):
        grads = _gradients(scene)
        if grads is None:
            continue
        was_called = True
        unreached |= {name: scene.case for name, grad in grads.items() if grad is None}
        present = {name: grad for name, grad in grads.items() if grad is not None}
        reached |= {*present}
        if not all(grad.isfinite().all() for grad in present.values()):
            yield Fault("the gradient of a parameter is not finite", case=scene.case)
        elif present and not any(grad.any() for grad in present.values()):
            yield Fault("all gradients are 0", case=scene.case)
    if not was_called:
        yield Fault("no update of a game calls it")
    for name in unreached.keys() - reached:
        yield Fault(f"no gradient reaches its parameter {name!r}", case=unreached[name])


def _gradients(scene: Scene) -> dict[str, torch.Tensor | None] | None:
    """The gradient of each parameter of the network, from the losses of a step and from the sum of
    its outputs; None if the step does not call the network."""
    engine = scene.engine()
    member = scene.member(engine.game)
    for player in engine.game.players():
        for role in engine.game.players()[player]:
            perturb(engine.game.get_submodule(role), 0.02)
    with rng.seeded(1):
        batch = next(engine.batches)
        for players in engine.game.updates(scene.start + 1):
            engine.gradients(players, batch, scene.start + 1)
    made = calls(scene, engine.game)
    if not made:
        return None
    for _, _, output in made:
        parts = [part for part in tensors(output).values() if part.requires_grad]
        if parts:
            torch.autograd.backward([part.sum() for part in parts])
            break
    return {name: p.grad for name, p in member.named_parameters() if p.requires_grad}
