"""Rules for a loss."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.engine.game import Game
from ganzoo.interfaces import Loss
from ganzoo.testing.findings import Fault, rule
from ganzoo.testing.scenes import Scene, working
from ganzoo.testing.subject import Subject
from ganzoo.types import Scores

# The largest logit, and the largest score of another kind, of the checks. The latter is smaller,
# because a loss may take the exponential of a critic's value.
LOGITS, OTHERS = 100.0, 30.0


@rule(
    "finite",
    "loss",
    asks=f"It is one finite number with finite gradients, for logits up to ±{LOGITS:g} or other "
    f"scores up to ±{OTHERS:g}, for scores of samples or of patches; probability(score) is None or "
    "in [0, 1] for each score, and rises with it.",
    mend="Take the mean over all scores. Compute with logits: softplus(-s) for -log sigmoid(s), "
    "logsumexp for the logarithm of a sum of exponentials; add a small number inside a "
    "root. Return score.sigmoid() as the probability if scores are logits, else None.",
)
def finite(subject: Subject) -> Iterator[Fault]:
    for scene in working(subject):
        game = scene.game()
        loss = cast(Loss, scene.member(game))
        scores = torch.linspace(-LOGITS, LOGITS, 201)
        p = loss.probability(scores)
        largest = OTHERS if p is None else LOGITS
        if p is not None and not (p.shape == scores.shape and p.eq(p.clamp(0, 1)).all()):
            yield Fault(f"probability goes from {p.min():.3g} to {p.max():.3g}")
        elif p is not None and p[-1] < p[0]:
            yield Fault("probability falls where the score rises")
        pairs = list(itertools.product((-largest, 0.0, largest), repeat=2))
        aux = both_scores(scene, game)[0].aux
        for shape in (None,) if aux else (None, (scene.recipe.batch_size, 1, 2, 2)):
            for real_score, fake_score in pairs:
                real, fake = both_scores(scene, game, real_score, fake_score, shape)
                for player, term in terms(loss, real, fake).items():
                    case = f"{player}, real {real_score:g}, fake {fake_score:g}"
                    if not isinstance(term, Tensor) or term.dim():
                        yield Fault(f"it is {_shape(term)}, not one number", case=case)
                    elif not term.isfinite():
                        yield Fault(f"it is {term:g}", case=case)
                    elif not all(g.isfinite().all() for g in _grads(term, real, fake)):
                        yield Fault("its gradient is not finite", case=case)


@rule(
    "gradients",
    "loss",
    asks="A loss that is not 0 has a gradient with respect to the scores, the discriminator's "
    "further outputs, the samples or the weights of a network.",
    mend="Look for .detach(), .item() or no_grad(), and for scores that are not used.",
)
def gradients(subject: Subject) -> Iterator[Fault]:
    for scene in working(subject):
        game = scene.game()
        loss = cast(Loss, scene.member(game))
        for player, term in terms(loss, *both_scores(scene, game)).items():
            if isinstance(term, Tensor) and not term.requires_grad and term.any():
                yield Fault(f"the {player}'s loss has no gradient", case=scene.case)


def both_scores(
    scene: Scene,
    game: Game,
    real: float | None = None,
    fake: float | None = None,
    shape: tuple[int, ...] | None = None,
) -> tuple[Scores, Scores]:
    """The scores of the game's own D for reals and fakes; they and the samples are leaf tensors.
    ``real``, ``fake``: a number in place of all scores.
    ``shape``: a shape in place of the scores' own."""
    with rng.seeded(1), torch.no_grad():
        scores = game.score_both(*game.samples(("d",), scene.batch(game)))

    def leaves(own: Scores, number: float | None) -> Scores:
        score = own.score if shape is None else own.score.new_zeros(shape)
        score = score.clone() if number is None else torch.full_like(score, number)
        aux = {key: _leaf(value) for key, value in own.aux.items()}
        x = None if own.batch.x is None else _leaf(own.batch.x)
        return replace(own, score=_leaf(score), aux=aux, batch=own.batch.replace(x=x))

    return leaves(scores[0], real), leaves(scores[1], fake)


def terms(loss: Loss, real: Scores, fake: Scores) -> dict[str, Tensor]:
    """The loss of each player."""
    with rng.seeded(1):
        return {
            "discriminator": loss.discriminator(real, fake),
            "generator": loss.generator(real, fake),
        }


def _leaf(tensor: Tensor) -> Tensor:
    return tensor.detach().clone().requires_grad_(tensor.is_floating_point())


def _shape(term: object) -> str:
    return f"of shape {tuple(term.shape)}" if isinstance(term, Tensor) else type(term).__name__


def _grads(term: Tensor, *several: Scores) -> list[Tensor]:
    if not term.requires_grad:
        return []
    leaves = [t for s in several for t in (s.score, *s.aux.values()) if t.requires_grad]
    grads = torch.autograd.grad(term, leaves, retain_graph=True, allow_unused=True)
    return [grad for grad in grads if grad is not None]
