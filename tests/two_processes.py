"""What each of two processes does in ``test_distributed``: ``python -m tests.two_processes OUT``.

The results of process R are in OUT/R: the weights of engines, and what trainings have raised.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

import ganzoo
from ganzoo import Batch, Engine, Game, GanzooError, Part, Penalty, Recipe, Scores, hookimpl
from ganzoo.engine.distributed import world

from .toy import TOY, ToyImages, ToyLoss, ToyPlugin, game_of, registry_of

SGD = {player: Part("sgd", {"lr": 0.1}) for player in ("d", "g")}
# No statistics of a batch and no random numbers but the data's order and z.
PLAIN = TOY.replace(
    generator=Part("toy", {"batch_norm": False}), discriminator=Part("toy", {"dropout": 0.0})
)
NORMED = PLAIN.replace(generator=Part("toy"), optimizer=SGD)
ENGINES = {
    "plain": PLAIN,
    "together": PLAIN.replace(game=Part("standard", {"simultaneous": True}), optimizer=SGD),
    "penalty": PLAIN.replace(penalties=(Part("slope"),)),
    "accumulated": PLAIN.replace(
        optimizer={player: Part("sgd", {"lr": 0.1, "accumulate": 2}) for player in ("d", "g")}
    ),
    "state": PLAIN.replace(loss=Part("balance")),
    "remembering": PLAIN.replace(game=Part("remembering")),
    "normed": NORMED,
    "synchronised": NORMED.replace(sync_batch_norm=True),
}
STEPS = 5  # of 16 samples of 40: two epochs


class Slope(Penalty):
    """The squared gradients of the scores by the reals."""

    needs_gradient = True

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        return self.gradient(real.score, real.batch.x).square().sum(1).mean()


class Balance(ToyLoss):
    """A weight that moves by the scores, and a buffer that never moves."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("k", torch.tensor(1.0))
        self.register_buffer("third", torch.tensor(1 / 3))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return self.k * super().discriminator(real, fake)

    def updated(self, real: Scores, fake: Scores) -> None:
        super().updated(real, fake)
        self.k = self.k + 0.5 * (real.score.mean() - fake.score.mean())


class Remembering(Game):
    """Keeps the fakes of an update in a module that is no component."""

    def __init__(self, *given: object, **options: object) -> None:
        super().__init__(*given, **options)
        self.memory = nn.Module()
        self.memory.register_buffer("fakes", torch.zeros(0))

    def samples(self, players: tuple[str, ...], batch: Batch) -> tuple[Batch, Batch]:
        real, fake = super().samples(players, batch)
        self.memory.fakes = fake.tensor("x").detach().clone()
        return real, fake


class Troubled(ToyLoss):
    """In the second process, and in the third update of D, it does what ``trouble`` names."""

    def __init__(self, trouble: str) -> None:
        super().__init__()
        self.trouble = trouble

    def updated(self, real: Scores, fake: Scores) -> None:
        super().updated(real, fake)
        if os.environ.get("RANK") == "1" and int(self.seen) == 3:
            if self.trouble == "signal":
                os.kill(os.getpid(), signal.SIGTERM)
            else:
                raise GanzooError("The second process is out of luck.")


class Parts:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.penalty("slope", Slope)
        registry.loss("balance", Balance)
        registry.loss("troubled", Troubled)
        registry.game("remembering", Remembering)


def registry():
    return registry_of(toy=ToyPlugin(), parts=Parts())


def played(recipe: Recipe) -> dict[str, Tensor]:
    """The weights after some steps, with the losses of each step."""
    data = ToyImages().load(Path(), "train")
    engine = Engine(game_of(recipe, registry()), data, recipe, world=world())
    losses = []
    for _ in range(STEPS):
        reports = engine.advance()
        scalars = {name: value for report in reports for name, value in report.items()}
        losses.append(torch.stack([scalars["loss_d"], scalars["loss_g"]]))
    state = {name: t for name, t in engine.state().items() if not name.startswith("rng.")}
    return {name: t.clone() for name, t in {**state, "losses": torch.stack(losses)}.items()}


def draws() -> dict[str, Tensor]:
    """Numbers drawn in and outside of a forward pass, and z."""
    engine = Engine(game_of(PLAIN), ToyImages().load(Path(), "train"), PLAIN, world=world())
    with engine.world.own_draws(1):
        first = torch.rand(8)
        z = engine.game.fake(Batch(x=torch.zeros(8 // engine.world.size, 1, 4, 4))).z
    with engine.world.own_draws(1):
        second = torch.rand(8)
    return {"own": first, "own again": second, "z": z.clone(), "common": torch.rand(8)}


def ended(**request) -> str:
    """How a training of the toy ended: nothing, or the error."""
    try:
        ganzoo.train(registry=registry(), device="cpu", **request)
    except GanzooError as error:
        return f"{type(error).__name__}: {error}"
    return ""


def main(out: Path) -> None:
    """All of it, in an order that is the same in both processes; the last training fails."""
    mine = out / os.environ["RANK"]
    mine.mkdir()
    for name, recipe in ENGINES.items():
        save_file(played(recipe), mine / f"{name}.safetensors")
    save_file(draws(), mine / "draws.safetensors")
    second = world().rank == 1
    agreed = [world().agrees(asked) for asked in (False, second, second)]
    trained = ended(recipe=PLAIN, out=out / "two", steps=3)
    ends: dict[str, Any] = {"agreed": agreed, "trained": trained}
    ganzoo.resume(out / "one", steps=6, device="cpu", registry=registry())
    troubled = TOY.replace(loss=Part("troubled", {"trouble": "signal"}), steps=5000)
    ends["stopped"] = ended(recipe=troubled, out=out / "stopped")
    ends["odd"] = ended(recipe=TOY, out=out / "odd", batch_size=15)
    ends["normed"] = ended(recipe=TOY, out=out / "normed", batch_size=2)
    ends["failed"] = ended(recipe=troubled, out=out / "failed", set={"loss.trouble": "error"})
    (mine / "ends.json").write_text(json.dumps(ends))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]))
