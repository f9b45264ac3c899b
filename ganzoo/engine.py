"""The loop: turns, optimizers, the average, and the cadence of log, samples and checkpoints.

It knows players by name and nothing of what they play. Nothing in it waits for the device between
two logs.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import torch
from torch import Tensor

from ganzoo.average import Average
from ganzoo.data.batches import Batches
from ganzoo.data.decoded import RESIDENT_LIMIT
from ganzoo.errors import GanzooError, Interrupted
from ganzoo.game import Game
from ganzoo.optimizers import Scheduled
from ganzoo.recipe import Precision, Recipe
from ganzoo.run import Run, checkpoint, picture, rng
from ganzoo.run.interrupts import Interrupts
from ganzoo.run.observers import Observers
from ganzoo.types import Sample, Samples, Turn


class Engine:
    """One training: a game, its data, its optimizers, and where it has got to.

    ``step``: how many rounds have been played. ``seed`` fixes the noise of the sample grids; the
    training itself draws from torch's global generators, which :meth:`state` includes.
    """

    def __init__(
        self,
        game: Game,
        data: Samples,
        recipe: Recipe,
        run: Run,
        observers: Observers,
        *,
        device: torch.device,
        precision: Precision = "fp32",
        seed: int = 0,
    ) -> None:
        self.game, self.recipe, self.run, self.observers = game.to(device), recipe, run, observers
        resident = data.x.nbytes <= RESIDENT_LIMIT
        self.batches = Batches(data, game.spec, recipe.batch_size, device, resident=resident)
        self.optimizers = {
            who: Scheduled(recipe.optimizer[who], player.parameters())
            for who, player in game.players().items()
        }
        self.average = Average(game.generator, recipe.ema, recipe.ema_ramp)
        self.averaged = game.averaged(self.average.generator)
        self.step = 0
        self.seconds = 0.0
        self._autocast = torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")
        self._log = Log()
        fixed = torch.Generator(device).manual_seed(seed)
        self._noise = game.noise(recipe.samples, fixed)
        self._behind = picture.behind(data, game.spec)

    # -- playing -----------------------------------------------------------------------------

    def play(self, steps: int) -> None:
        """Go on until ``steps`` rounds have been played, then write the last samples, the last
        checkpoint and the generator. Raises Interrupted, after a checkpoint, when asked to stop."""
        self.game.train()
        self.observers.call("ganzoo_run_started", run=self.run, step=self.step, steps=steps)
        interrupts = Interrupts()
        try:
            with interrupts:
                if self.step == 0:
                    self.draw()
                self._log.start()
                self._play(steps, interrupts)
        except BaseException as error:
            self.observers.call("ganzoo_run_failed", run=self.run, step=self.step, error=error)
            if interrupts.asked and not isinstance(error, Interrupted | KeyboardInterrupt):
                raise Interrupted(f"Stopped after step {self.step}.") from error
            raise
        self.observers.call(
            "ganzoo_run_ended", run=self.run, step=self.step, scalars=self._log.latest
        )
        if interrupts.asked:  # whoever trains one run after another wants no further one
            raise Interrupted(f"Asked to stop when all was done: {self.run.path} is complete.")

    def _play(self, steps: int, interrupts: Interrupts) -> None:
        recipe = self.recipe
        while self.step < steps:
            self.round()
            stopping = interrupts.asked  # looked at once: it may change while a log is written
            last = self.step == steps or stopping
            saving = self.step % recipe.checkpoint_every == 0 or last
            if self.step % recipe.log_every == 0 or saving:  # a loss may tell before a weight
                self.log()
            if self.step % recipe.sample_every == 0 or last:
                self.draw()
            if saving:
                self.save()
            if stopping and self.step < steps:
                raise Interrupted(
                    f"Stopped after step {self.step}, with a checkpoint. "
                    f"Go on with: ganzoo resume {self.run.path}"
                )

    def round(self) -> None:
        """One round of the game: every turn of its schedule."""
        step = self.step + 1
        batch: Sample | None = None
        for movers in self.game.schedule(step):
            if batch is None or self.game.reads(movers):
                batch = next(self.batches)
            with self._autocast:
                turn = self.game.turn(movers, batch, step)
            self.move(turn, step)
            self.game.after(turn)
            self._log.add(self.game.report(turn))
        self.average.update(step)
        self._log.played()
        self.step = step

    def move(self, turn: Turn, step: int) -> None:
        """Every mover of the turn descends its own loss, by its own weights alone: no gradient is
        computed for anybody else's. All gradients are taken before anybody moves."""
        waiting = len(turn.losses)
        for who, loss in turn.losses.items():
            waiting -= 1
            torch.autograd.backward(
                loss, inputs=self.optimizers[who].parameters, retain_graph=waiting > 0
            )
        for who in turn.losses:
            self.optimizers[who].step(step)

    # -- what a run leaves behind ------------------------------------------------------------

    def log(self) -> None:
        """Read the scalars off the device and tell the observers. Raises when one is not finite."""
        scalars, seconds = self._log.read()
        self.seconds += seconds
        scalars["seconds"] = self.seconds
        for name, value in scalars.items():
            if name.startswith("loss") and not math.isfinite(value):
                raise self._diverged(name, value)
        self.observers.call("ganzoo_logged", run=self.run, step=self.step, scalars=scalars)

    def _diverged(self, name: str, value: float) -> GanzooError:
        saved = any(self.run.checkpoints.iterdir())
        again = f", or go on from the last checkpoint: ganzoo resume {self.run.path}"
        return GanzooError(
            f"Training diverged: {name} is {value} at step {self.step}. Lower the learning rates "
            f"(--set optimizer.g.lr=...){again if saved else '.'}"
        )

    @torch.no_grad()
    def draw(self) -> None:
        """The fixed noise through the averaged generator, as a picture where it can be drawn."""
        x = self.averaged.generate(self._noise).x
        assert x is not None
        samples = x.float().cpu()
        place = self.run.samples / f"step-{self.step:06d}.png"
        path = picture.write(place, samples, self.game.spec, self._behind)
        self.observers.call(
            "ganzoo_sampled", run=self.run, step=self.step, samples=samples, path=path
        )

    def save(self) -> None:
        """Write a checkpoint of everything, and the averaged generator alone. Raises when a weight
        is not finite: what has diverged is never saved."""
        weights = [*self.game.parameters(), *self.average.generator.parameters()]
        if not all(bool(weight.isfinite().all()) for weight in weights):
            raise self._diverged("a weight", math.nan)
        path = checkpoint.save(self.run, self.state(), step=self.step, seconds=self.seconds)
        checkpoint.save_generator(self.run, self.averaged.shareable(), step=self.step)
        self.observers.call("ganzoo_checkpointed", run=self.run, step=self.step, path=path)

    def state(self) -> dict[str, Tensor]:
        """Everything that the next round depends on, as tensors by dotted name."""
        parts: dict[str, Mapping[str, Tensor]] = {
            "game": self.game.state_dict(),
            "average": self.average.generator.state_dict() if self.recipe.ema else {},
            "data": self.batches.state(),
            "rng": rng.state(),
            **{f"optimizer.{who}": opt.state() for who, opt in self.optimizers.items()},
        }
        return {f"{part}.{key}": t for part, named in parts.items() for key, t in named.items()}

    def restore(self, state: Mapping[str, Tensor], *, step: int, seconds: float) -> None:
        """The inverse of :meth:`state`; the random generators are set too."""

        def part(name: str) -> dict[str, Tensor]:
            start = name + "."
            return {k.removeprefix(start): t for k, t in state.items() if k.startswith(start)}

        self.game.load_state_dict(part("game"))
        if self.recipe.ema:
            self.average.generator.load_state_dict(part("average"))
        self.batches.restore(part("data"))
        for who, optimizer in self.optimizers.items():
            optimizer.restore(part(f"optimizer.{who}"))
        rng.restore(part("rng"))
        self.step, self.seconds = step, seconds


class Log:
    """Scalars summed on the device and read once an interval."""

    def __init__(self) -> None:
        self.latest: dict[str, float] = {}
        self.start()

    def start(self) -> None:
        """A new interval begins now."""
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._rounds = 0
        self._since = time.perf_counter()

    def add(self, scalars: Mapping[str, Tensor]) -> None:
        """The scalars of one turn."""
        for name, value in scalars.items():
            seen = self._counts.get(name, 0)
            self._sums[name] = self._sums[name] + value if seen else value
            self._counts[name] = seen + 1

    def played(self) -> None:
        """A round is over."""
        self._rounds += 1

    def read(self) -> tuple[dict[str, float], float]:
        """The means over the interval with steps_per_s, and the seconds it took."""
        names = list(self._sums)
        names.sort(key=lambda name: not name.startswith("loss"))  # the losses first
        sums = torch.stack([self._sums[name].float() for name in names]).tolist()
        scalars = {n: total / self._counts[n] for n, total in zip(names, sums, strict=True)}
        seconds = time.perf_counter() - self._since
        scalars["steps_per_s"] = self._rounds / max(seconds, 1e-9)
        self.latest = scalars
        self.start()
        return dict(scalars), seconds
