"""What is asked of a penalty."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo.interfaces import Penalty
from ganzoo.testing.dice import seeded
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import on_meta, same, saved_and_read, stir
from ganzoo.testing.trials import working
from ganzoo.testing.trials.penalty import PenaltyTrial


@rule(
    "scalars",
    "penalty",
    asks="What it adds to D's loss is one number, a tensor of no dimensions.",
    mend="Take the mean over the batch.",
)
def scalars(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        term = trial.term(*trial.build())
        if not isinstance(term, torch.Tensor):
            yield Seen(f"it is a {type(term).__name__}, not a tensor", case=trial.case)
        elif term.dim():
            yield Seen(f"it has the shape {tuple(term.shape)}", case=trial.case)


@rule(
    "finite",
    "penalty",
    asks="What it adds is finite, and so are its gradients by D's weights.",
    mend="Look for the root of a sum of squares that may be 0: add a small number inside.",
)
def finite(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        game, penalty = trial.build()
        term = trial.term(game, penalty)
        if not term.isfinite().all():
            yield Seen(f"it is {term.sum():g}", case=trial.case)
        elif term.requires_grad:
            weights = list(game.discriminator.parameters())
            grads = torch.autograd.grad(term.sum(), weights, allow_unused=True)
            if not all(grad.isfinite().all() for grad in grads if grad is not None):
                yield Seen("its gradient is not finite", case=trial.case)


@rule(
    "gradients",
    "penalty",
    asks="What it adds can be differentiated by D's weights, also where it is made of gradients "
    "itself.",
    mend="Pass create_graph=True to torch.autograd.grad, and detach nothing.",
)
def gradients(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        game, penalty = trial.build()
        if type(penalty).forward is Penalty.forward:
            raise Moot("it only acts after D's step")
        term = trial.term(game, penalty)
        weights = list(game.discriminator.parameters())
        grads = [None]
        if term.requires_grad:
            grads = list(torch.autograd.grad(term.sum(), weights, allow_unused=True))  # type: ignore[arg-type]
        if all(grad is None for grad in grads):
            yield Seen("it has no gradient by any weight of D", case=trial.case)


@rule(
    "interval",
    "penalty",
    asks="`every`, how many steps it waits, is a whole number of at least 1.",
    mend="Leave it at 1, or make it an option and refuse smaller ones with ganzoo.UsageError.",
)
def every(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        found = trial.build()[1].every
        if not isinstance(found, int) or found < 1:
            yield Seen(f"it is {found!r}", case=trial.case)
            return


@rule(
    "after",
    "penalty",
    asks="What it does after D's step leaves D's weights finite and in their shapes.",
    mend="Change them in place (weight.clamp_(...), weight.copy_(...)), and divide by nothing that "
    "may be 0.",
)
def after(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        game, penalty = trial.build()
        stir(game.discriminator, 0.5)
        shapes = {name: p.shape for name, p in game.discriminator.named_parameters()}
        with torch.no_grad():
            penalty.project(game.discriminator)
        for name, weight in game.discriminator.named_parameters():
            if weight.shape != shapes.get(name):
                yield Seen(f"{name!r} has the shape {tuple(weight.shape)}", case=trial.case)
            elif not weight.isfinite().all():
                yield Seen(f"{name!r} is not finite", case=trial.case)


@rule(
    "device",
    "penalty",
    asks="All tensors that it makes lie where the samples lie.",
    mend="Make tensors with device=x.device, or by x.new_... and torch.rand_like(x).",
)
def device(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        expected = trial.term(*trial.build())
        try:
            found = trial.term(*trial.build(), around=on_meta())
        except (RuntimeError, NotImplementedError) as error:
            yield Seen(f"a tensor is made on the default device: {told(error)}", case=trial.case)
            continue
        if not same(found, expected) and trial.steady():
            yield Seen("what it adds depends on the default device", case=trial.case)


@rule(
    "deterministic",
    "penalty",
    asks="Under a seed it adds the same every time.",
    mend="Draw all random numbers from the global generators of torch, numpy or Python.",
)
def deterministic(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        if not trial.steady():
            yield Seen("what it adds differs from one time to the next", case=trial.case)


@rule(
    "state",
    "penalty",
    asks="What its state_dict holds, read back from a safetensors file, makes it add the same.",
    mend="Keep what changes in buffers (register_buffer), never in plain attributes.",
)
def state(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        if not trial.steady():
            raise Moot("it adds something else every time")
        (game, moved), (_, other) = trial.build(), trial.build(seed=5)
        trial.term(game, moved)
        with torch.no_grad(), seeded(1):
            moved.project(game.discriminator)
        other.load_state_dict(saved_and_read(moved))
        if not same(*(trial.term(game, penalty, seed=2) for penalty in (moved, other))):
            yield Seen("what it adds differs", case=trial.case)


@rule(
    "autocast",
    "penalty",
    asks="It works under torch.autocast in bfloat16.",
    mend="Write x.to(other.dtype) where two tensors meet that autocast may have made of different "
    "precision.",
)
def autocast(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, PenaltyTrial):
        with torch.autocast("cpu", torch.bfloat16):
            term = trial.term(*trial.build())
        if not term.isfinite().all():
            yield Seen(f"it is {term.sum():g}", case=trial.case)
