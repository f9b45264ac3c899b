"""What is asked of a loss."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from ganzoo.testing.dice import seeded
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.subject import Subject
from ganzoo.testing.trials import working
from ganzoo.testing.trials.loss import LossTrial
from ganzoo.types import Scores

EXTREMES = (-100.0, 0.0, 100.0)
WHO = ("discriminator", "generator")


@rule(
    "scalars",
    "loss",
    asks="What each player minimises is one number, a tensor of no dimensions; so is each thing "
    "that it reports.",
    mend="Take the mean over the batch.",
)
def scalars(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        loss = trial.build()
        real, fake = trial.scores()
        found: Mapping[str, Tensor] = dict(zip(WHO, trial.losses(loss, real, fake), strict=True))
        with torch.no_grad():
            found = {**found, **loss.report(real, fake)}
        for name, value in found.items():
            if not isinstance(value, Tensor):
                yield Seen(f"{name} is a {type(value).__name__}, not a tensor", case=trial.case)
            elif value.dim():
                yield Seen(f"{name} has the shape {tuple(value.shape)}", case=trial.case)


@rule(
    "finite",
    "loss",
    asks="It and its gradients are finite for scores as far out as +-100.",
    mend="Work on logits: softplus(-s) for -log sigmoid(s), and logsumexp instead of the logarithm "
    "of a sum of exponentials; clamp what must be exponentiated.",
)
def finite(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        for high in EXTREMES:
            for low in EXTREMES:
                real, fake = trial.scores(high, low)
                losses = trial.losses(trial.build(), real, fake)
                for who, loss in zip(WHO, losses, strict=True):
                    case = f"{who}, real {high:g}, fake {low:g}"
                    if not loss.isfinite().all():
                        yield Seen(f"it is {loss.sum():g}", case=case)
                    elif not all(grad.isfinite().all() for grad in _grads(loss, real, fake)):
                        yield Seen("its gradient is not finite", case=case)


@rule(
    "gradients",
    "loss",
    asks="D's loss has a gradient by the scores (or further outputs) of both real and fake samples,"
    " G's by those of fake ones; a loss that recipes only ever add to another has some.",
    mend="Look for .detach(), .item() or no_grad(), and for a scores that is not read.",
)
def gradients(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        real, fake = trial.scores()
        of_d, of_g = trial.losses(trial.build(), real, fake)
        reached = {
            "D's loss has no gradient by the scores on real samples": _grads(of_d, real),
            "D's loss has no gradient by the scores on fake samples": _grads(of_d, fake),
            "G's loss has no gradient by the scores on fake samples": _grads(of_g, fake),
        }
        if trial.term and any(reached.values()):
            continue
        for seen, grads in reached.items():
            if not grads:
                yield Seen(seen, case=trial.case)


@rule(
    "probability",
    "loss",
    asks="What it says a score's probability is lies in [0, 1], one for each score; or it says "
    "None.",
    mend="Return score.sigmoid() where scores are logits, and None where they are critic values or "
    "energies.",
)
def probability(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        scores = torch.linspace(-100, 100, 201)
        found = trial.build().probability(scores)
        if found is None:
            continue
        if found.shape != scores.shape:
            yield Seen(f"{len(scores)} scores give {tuple(found.shape)}", case=trial.case)
        elif not ((found >= 0) & (found <= 1)).all():
            shown = f"scores from -100 to 100 give {found.min():.3g} to {found.max():.3g}"
            yield Seen(shown, case=trial.case)


@rule(
    "needs-real",
    "loss",
    asks="Where g_needs_real is False, G's loss does without the scores on real samples.",
    mend="Set g_needs_real = True, or leave `real` alone in generator(real, fake).",
)
def needs_real(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, LossTrial):
        loss = trial.build()
        if loss.g_needs_real:
            raise Moot("it says that it needs them")
        fake = trial.scores()[1]
        with seeded(1):
            loss.generator(None, fake)
    yield from ()


def _grads(loss: Tensor, *scores: Scores) -> list[Tensor]:
    """The gradients of a loss by what it read of the scores."""
    if not loss.requires_grad:
        return []
    leaves = [
        tensor
        for scores in scores
        for tensor in (scores.score, *scores.aux.values())
        if tensor.requires_grad
    ]
    grads = torch.autograd.grad(loss.sum(), leaves, retain_graph=True, allow_unused=True)
    return [grad for grad in grads if grad is not None]
