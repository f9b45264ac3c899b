"""What is asked of a discriminator alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator

import torch
from torch import Tensor

from ganzoo.game import Game
from ganzoo.testing.cases import batch
from ganzoo.testing.dice import seeded
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import stir
from ganzoo.testing.trials import working
from ganzoo.testing.trials.network import NetworkTrial
from ganzoo.types import Batch


@rule(
    "shape",
    "discriminator",
    asks="It turns (N, *spec.shape) into N scores, (N,); whatever it gives beside them is a dict of"
    " tensors with N rows each.",
    mend="Take the sizes of all layers from spec.shape, and drop the last dimension of (N, 1) with "
    ".squeeze(1) or .flatten().",
)
def shape(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, NetworkTrial):
        game = trial.build()
        count = len(trial.inputs(game))
        for name, tensor in trial.outputs(game).items():
            found = tuple(tensor.shape)
            if name == "score" and found != (count,):
                yield Seen(f"the score of {count} samples is {found}", case=trial.case)
            elif name != "score" and found[:1] != (count,):
                yield Seen(f"{name} of {count} samples is {found}", case=trial.case)


@rule(
    "one-pass",
    "discriminator",
    asks="Where joint_batch says that real and fake samples may be judged in one batch, the scores are"
    " those of two batches.",
    mend="Some layer mixes the samples of a batch (a statistic over the batch, say): override the "
    "property joint_batch to return False.",
)
def joint_batch(subject: Subject) -> Iterator[Seen]:
    if not any(trial.build().discriminator.joint_batch for trial in working(subject, NetworkTrial)):
        raise Moot("it judges real and fake apart")
    for trial in working(subject, NetworkTrial):
        game = trial.build()
        if not game.discriminator.joint_batch:
            continue
        stir(game.discriminator, 0.02)
        real, fake = _reals_and_fakes(game, trial)
        for mode in (False, True):
            game.train(mode)
            if not _same(_apart(game, real, fake, seed=1), _apart(game, real, fake, seed=2)):
                continue  # it drops units at random: nothing can be compared
            with seeded(1):
                scores = copy.deepcopy(game).score_both(real, fake)
            if not _same([scores.score for scores in scores], _apart(game, real, fake, seed=1)):
                when = "training" if mode else "evaluation"
                yield Seen(f"in {when} the scores depend on the batch", case=trial.case)


def _reals_and_fakes(game: Game, trial: NetworkTrial) -> tuple[Batch, Batch]:
    """Two batches with little in common."""
    with seeded(1):
        real, noise = game.real(batch(trial.spec)), game.noise(len(batch(trial.spec)))
    assert real.x is not None
    return real, noise.replace(x=real.x.flip(0) * 0.25, z=noise.z if real.z is None else real.z)


def _apart(game: Game, real: Batch, fake: Batch, seed: int) -> list[Tensor]:
    """The scores of two batches, each judged by a fresh copy of one discriminator."""
    scores = []
    for sample in (real, fake):
        twin = copy.deepcopy(game)
        with seeded(seed):
            scores.append(twin.score(twin.view(sample)).score)
    return scores


def _same(a: list[Tensor], b: list[Tensor]) -> bool:
    """Up to rounding, which depends on how many samples there are in a batch."""
    return all(torch.allclose(p, q, rtol=1e-3, atol=1e-4) for p, q in zip(a, b, strict=True))
