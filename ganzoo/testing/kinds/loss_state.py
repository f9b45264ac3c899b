"""What is asked of a loss wherever it is: its own state, another device, another precision."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo.interfaces import Loss
from ganzoo.testing.dice import seeded
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import differing, on_meta, saved_and_read
from ganzoo.testing.trials import working
from ganzoo.testing.trials.loss import LossTrial

WHO = ("discriminator", "generator")


@rule(
    "update",
    "loss",
    asks="It can move its own state after D's step, without gradients, and stays finite.",
    mend="Change buffers in place (self.k.add_(...), self.k.copy_(...)) in update(real, fake).",
)
def update(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        loss = trial.build()
        _update(loss, trial)
        for name, value in loss.state_dict().items():
            if not value.isfinite().all():
                yield Seen(f"{name!r} is not finite after it", case=trial.case)
            if value.requires_grad:
                yield Seen(f"{name!r} holds on to a gradient after it", case=trial.case)


@rule(
    "state",
    "loss",
    asks="What its state_dict holds, read back from a safetensors file, gives the same losses.",
    mend="Keep what update() changes in buffers (register_buffer), never in plain attributes.",
)
def state(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        moved, other = trial.build(), trial.build(seed=5)
        try:
            for _ in range(3):
                _update(moved, trial)
        except (Exception, SystemExit) as error:
            raise Moot("its update fails") from error
        other.load_state_dict(saved_and_read(moved))
        found = [
            dict(zip(WHO, trial.losses(loss, *trial.scores()), strict=True))
            for loss in (moved, other)
        ]
        for name in differing(*found):
            yield Seen(f"the {name}'s loss differs", case=trial.case)


@rule(
    "device",
    "loss",
    asks="All tensors that it makes lie where the scores lie.",
    mend="Make tensors with device=score.device, or by torch.zeros_like(score) and the like; "
    "register constants with register_buffer.",
)
def device(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        loss = trial.build()
        real, fake = trial.scores()
        expected = dict(zip(WHO, trial.losses(loss, real, fake), strict=True))
        try:
            found = trial.losses(loss, real, fake, around=on_meta())
        except (RuntimeError, NotImplementedError) as error:
            yield Seen(f"a tensor is made on the default device: {told(error)}", case=trial.case)
            continue
        for name in differing(expected, dict(zip(WHO, found, strict=True))):
            yield Seen(f"the {name}'s loss depends on the default device", case=trial.case)


@rule(
    "autocast",
    "loss",
    asks="It works under torch.autocast in bfloat16, where scores are float32 all the same.",
    mend="Compute in the scores' own precision; leave out functions that autocast forbids, such as "
    "binary_cross_entropy on probabilities.",
)
def autocast(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        real, fake = trial.scores()
        with torch.autocast("cpu", torch.bfloat16):
            losses = trial.losses(trial.build(), real, fake)
        for who, loss in zip(WHO, losses, strict=True):
            if not loss.isfinite().all():
                yield Seen(f"the {who}'s loss is {loss.sum():g}", case=trial.case)


@torch.no_grad()
def _update(loss: Loss, trial: LossTrial) -> None:
    with seeded(1):
        loss.updated(*trial.scores())
