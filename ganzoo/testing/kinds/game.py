"""What is asked of a game."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from ganzoo.testing.cases import COUNT
from ganzoo.testing.dice import seeded
from ganzoo.testing.findings import Moot, Seen, rule
from ganzoo.testing.places import told
from ganzoo.testing.subject import Subject
from ganzoo.testing.tensors import same
from ganzoo.testing.trials import outcomes, working
from ganzoo.testing.trials.game import GameTrial, bad_schedule
from ganzoo.types import Batch, Losses


@rule(
    "schedule",
    "game",
    asks="Every step has turns, and each is a tuple of players by the names in players().",
    mend='Return turns such as [("d",), ("g",)] from schedule(step), and name every player in '
    "players().",
)
def updates(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, GameTrial):
        problem = bad_schedule(trial.build())
        if problem:
            yield Seen(problem, case=trial.case)


@rule(
    "plays",
    "game",
    asks="It plays two steps, with stand-ins for the parts or in a recipe that uses it: every "
    "mover of a turn has a finite loss, and moves.",
    mend="Return a Turn whose losses name every mover; take what G makes with gradients in G's "
    "turn; and name the same weights in players() that the loss depends on.",
)
def plays(subject: Subject) -> Iterator[Seen]:
    for outcome in outcomes(subject):
        if outcome.stage == "runs":
            yield Seen(outcome.failure, case=outcome.case)
    for trial in working(subject, GameTrial):
        game = trial.build()
        if bad_schedule(game):
            raise Moot("its schedule cannot be played")
        problem = next(filter(None, (_of(*losses) for losses in trial.run(game))), "")
        yield from (Seen(text, case=trial.case) for text in [problem or _played(trial)] if text)


def _of(players: tuple[str, ...], losses: Losses) -> str:
    """What is wrong with a turn."""
    for who in players:
        if who not in losses.by_player:
            return f"the turn of {players} has no loss for {who!r}"
        loss = losses.by_player[who]
        if not isinstance(loss, Tensor) or loss.dim():
            return f"the loss of {who!r} is not a scalar tensor"
        if not loss.isfinite():
            return f"the loss of {who!r} is {loss:g}"
    return ""


def _played(trial: GameTrial) -> str:
    """What is wrong with two steps of play."""
    engine = trial.engine()
    players = engine.game.train().players()
    before = {who: [p.clone() for p in player.parameters()] for who, player in players.items()}
    with seeded(1):
        try:
            for _ in range(2):
                engine.round()
        except (Exception, SystemExit) as error:
            return told(error)
    for who in {who for players in engine.game.updates(1) for who in players}:
        now = list(players[who].parameters())
        if not all(weight.isfinite().all() for weight in now):
            return f"the weights of {who!r} are not finite after two steps"
        if all(torch.equal(a, b) for a, b in zip(before[who], now, strict=True)):
            return f"{who!r} has not moved in two steps"
    return ""


@rule(
    "samples",
    "game",
    asks="What it generates from its noise has the data's shape, is the same under a seed, and, in "
    "a conditional game, of the label that is asked for.",
    mend="Let generate(noise) return noise.but(x=...), draw noise from the generator that noise() "
    "is given alone, and set conditional = True where generating takes labels.",
)
def samples(subject: Subject) -> Iterator[Seen]:
    for trial in working(subject, GameTrial):
        game = trial.build().eval()
        drawn: list[Tensor] = []
        for seed in (1, 2):
            with seeded(seed), torch.no_grad():
                noise = game.noise(COUNT, seed=3)
            with seeded(1), torch.no_grad():
                x = game.generate(noise).x
            if not isinstance(x, Tensor) or tuple(x.shape) != (COUNT, *trial.spec.shape):
                shape = tuple(x.shape) if isinstance(x, Tensor) else "missing"
                yield Seen(f"x is {shape}, not {(COUNT, *trial.spec.shape)}", case=trial.case)
                break
            drawn.append(x)
        if game.conditional and not _of_label_one(game.noise(COUNT, label=1)):
            yield Seen("asked for label 1, it draws noise with others", case=trial.case)
        if len(drawn) == 2 and not same(*drawn):
            yield Seen("under the same seed it generates something else", case=trial.case)


def _of_label_one(noise: Batch) -> bool:
    return noise.y is not None and bool(noise.y.eq(1).all())
