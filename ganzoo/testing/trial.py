"""The trial of a scene: a few steps of a training, in each phase of the game, and their faults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.engine.engine import Engine
from ganzoo.testing.findings import described
from ganzoo.testing.phases import from_step, phases, whole_length

if TYPE_CHECKING:
    from ganzoo.testing.scenes import Scene


def trial(scene: Scene) -> tuple[list[Scene], str]:
    """The scene from the first step of each phase, if it trains in all of them; and the first
    fault, or an empty string. Raises UsageError for a case that the component refuses."""
    engine = scene.engine()
    parts, text = phases(scene, engine.game)
    text = text or _fault(scene, engine)
    late = [part for part in parts if part is not scene]
    if scene.path.startswith("game"):  # its losses may depend on the step, too
        late.append(from_step(whole_length(scene), scene.length // 2 + 1))
    for part in late:
        text = text or _late_fault(part)
    return [] if text else parts, text


def _late_fault(scene: Scene) -> str:
    """A case that trains from its first step is not refused later: a UsageError is a fault."""
    try:
        text = _fault(scene, scene.engine())
    except (Exception, SystemExit) as error:
        text = described(error)
    return text and f"{text}, from step {scene.start + 1}"


def _fault(scene: Scene, engine: Engine) -> str:
    game, count, first = engine.game, scene.steps(engine.game), scene.start + 1
    with rng.seeded(1):
        batch = next(engine.batches)
        for players in game.updates(first):
            if text := _bad_losses(players, game.losses(players, batch, first).by_player):
                return text
        before = _weights(engine)
        for _ in range(count):
            for report in engine.advance():
                for name, scalar in report.items():
                    if not isinstance(scalar, Tensor) or scalar.dim():
                        return f"it reports {name!r}, which is not a tensor with one number"
                    if name.startswith("loss_") and not scalar.isfinite():
                        return f"{name} is {scalar:g}"
    updates = [update for step in range(first, first + count) for update in game.updates(step)]
    return _bad_weights(before, engine, {player for update in updates for player in update}, count)


def _bad_weights(
    before: dict[str, list[Tensor]], engine: Engine, updated: set[str], count: int
) -> str:
    for player, weights in _weights(engine).items():
        if not all(weight.isfinite().all() for weight in weights):
            return f"the weights of player {player!r} are not finite after {count} steps"
        same = all(torch.equal(a, b) for a, b in zip(before[player], weights, strict=True))
        if same and player in updated:
            reason = "no gradient reaches them, or it is 0"
            return f"the weights of player {player!r} have not changed in {count} steps: {reason}"
    return ""


def _bad_losses(players: tuple[str, ...], by_player: Any) -> str:
    for player in players:
        loss = by_player.get(player)
        if loss is None:
            return f"the update of {players} has no loss for {player!r}"
        if not isinstance(loss, Tensor) or loss.dim():
            return f"the loss of {player!r} is not one number: {tuple(getattr(loss, 'shape', ()))}"
        if not loss.requires_grad:
            return f"the loss of {player!r} has no gradient: look for .detach() or no_grad()"
        if not loss.isfinite():
            return f"the loss of {player!r} is {loss:g}"
    return ""


def _weights(engine: Engine) -> dict[str, list[Tensor]]:
    return {
        player: [weight.detach().clone() for weight in optimizer.parameters]
        for player, optimizer in engine.optimizers.items()
    }
