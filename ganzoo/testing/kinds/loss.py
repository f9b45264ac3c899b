"""Rules for a loss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.game import Game
from ganzoo.interfaces import Loss
from ganzoo.testing.findings import Seen, rule
from ganzoo.testing.scenes import Scene, working
from ganzoo.testing.subject import Subject
from ganzoo.types import Scores

LOGITS, OTHERS = 100.0, 30.0  # how far out scores are tried: critic values may be exponentiated


@rule(
    "finite",
    "loss",
    asks=f"It is one number, and finite with finite gradients, for logits up to ±{LOGITS:g} or "
    f"other scores up to ±{OTHERS:g}, for scores of samples or of patches; probability(score) is "
    "None, or in [0, 1] for each score.",
    mend="Take the mean over all scores. Work on logits: softplus(-s) for -log sigmoid(s), and "
    "logsumexp instead of the logarithm of a sum of exponentials; add a small number inside a "
    "root. Return score.sigmoid() as the probability where scores are logits, else None.",
)
def finite(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        game = scene.game()
        loss = cast(Loss, scene.member(game))
        scores = torch.linspace(-LOGITS, LOGITS, 201)
        share = loss.probability(scores)
        far = OTHERS if share is None else LOGITS
        if share is not None and not (
            share.shape == scores.shape and share.eq(share.clamp(0, 1)).all()
        ):
            yield Seen(f"probability goes from {share.min():.3g} to {share.max():.3g}")
        pairs = [(high, low) for high in (-far, 0.0, far) for low in (-far, 0.0, far)]
        further = shown(scene, game)[0].aux
        for shape in (None,) if further else (None, (scene.recipe.batch_size, 1, 2, 2)):
            for high, low in pairs:
                real, fake = shown(scene, game, high, low, shape)
                for player, term in terms(loss, real, fake).items():
                    case = f"{player}, real {high:g}, fake {low:g}"
                    if not isinstance(term, Tensor) or term.dim():
                        yield Seen(f"it is {_shape(term)}, not one number", case=case)
                    elif not term.isfinite():
                        yield Seen(f"it is {term:g}", case=case)
                    elif not all(g.isfinite().all() for g in _grads(term, real, fake)):
                        yield Seen("its gradient is not finite", case=case)


@rule(
    "gradients",
    "loss",
    asks="A term that is not 0 has a gradient by the scores, the discriminator's further outputs, "
    "the samples or the weights of a network.",
    mend="Look for .detach(), .item() or no_grad(), and for scores that are never read.",
)
def gradients(subject: Subject) -> Iterator[Seen]:
    for scene in working(subject):
        game = scene.game()
        loss = cast(Loss, scene.member(game))
        for player, term in terms(loss, *shown(scene, game)).items():
            if isinstance(term, Tensor) and not term.requires_grad and term.any():
                yield Seen(f"the {player}'s has none", case=scene.case)


def shown(
    scene: Scene,
    game: Game,
    real: float | None = None,
    fake: float | None = None,
    shape: tuple[int, ...] | None = None,
) -> tuple[Scores, Scores]:
    """Scores of the game's own D whose tensors are leaves; all of them the given number, if any."""
    with rng.seeded(1), torch.no_grad():
        batch = game.real(scene.batch(game))
        scores = game.score_both(batch, game.fake(batch))

    def leaves(own: Scores, number: float | None) -> Scores:
        score = own.score if shape is None else own.score.new_zeros(shape)
        score = score.clone() if number is None else torch.full_like(score, number)
        aux = {key: _leaf(value) for key, value in own.aux.items()}
        return replace(own, score=_leaf(score), aux=aux)

    return leaves(scores[0], real), leaves(scores[1], fake)


def terms(loss: Loss, real: Scores, fake: Scores) -> dict[str, Tensor]:
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
