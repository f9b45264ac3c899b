"""The cadence of a training: when to log, draw samples, save and stop.

The loop connects the engine, which takes the steps, the run, which keeps their results, and the
observers, whose hooks it calls.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.engine.engine import Engine
from ganzoo.engine.world import World
from ganzoo.errors import GanzooError, Interrupted
from ganzoo.run import Run, checkpoint, picture, symptoms
from ganzoo.run.checkpoint import last_step
from ganzoo.run.interrupts import Interrupts
from ganzoo.run.observers import Observers
from ganzoo.run.step_files import step_name
from ganzoo.training import throughput
from ganzoo.training.cadence import is_drawn, sample_interval

if TYPE_CHECKING:
    from ganzoo.training.measuring import Measuring, Monitor

MEASURED = 100  # steps: the speed of a shorter run is not measured


class Loop:
    """One training of a run. seed: of the noise that the sample grids are drawn from. seconds: how
    long the training has taken without its pictures and measurements, over all the times it was
    resumed. measuring: when it is measured. monitor: measures it, in the first process."""

    def __init__(
        self,
        engine: Engine,
        run: Run,
        observers: Observers,
        *,
        seed: int = 0,
        seconds: float = 0.0,
        measuring: Measuring | None = None,
        monitor: Monitor | None = None,
    ) -> None:
        self.engine, self.run, self.observers = engine, run, observers
        self.recipe, self.seconds = engine.recipe, seconds
        self.advance = engine.advance  # takes a step; a profiler puts its own in this place
        self._log = Log()
        self._world = engine.world
        self._measuring, self._monitor = measuring, monitor
        self._exhausted = False  # whether the measurements do not improve any more
        noise = engine.game.noise(self.recipe.samples, seed)
        conditions = noise.cond or engine.batches.conditions(len(noise))
        self._noise = noise.replace(cond=conditions)
        self._view = engine.game.view
        self._behind = picture.behind(engine.data, self._view, engine.game.spec)
        self._interval = sample_interval(self.recipe)

    def play(self, steps: int, interrupts: Interrupts | None = None) -> None:
        """Go on until ``steps`` steps were taken, then write the last samples, the generator and
        the last checkpoint. Raises Interrupted, after a checkpoint, when asked to stop.
        ``interrupts``: where the caller has listened for them from before."""
        listening = nullcontext(interrupts) if interrupts else Interrupts()
        try:
            self.observers.call(
                "ganzoo_run_started",
                run=self.run,
                step=self.engine.step,
                steps=steps,
                current_step=lambda: self.engine.step,
            )
            with listening as interrupts:
                if self.engine.step == 0:
                    self.draw()
                self._log.start()
                self._play(steps, interrupts)
        except BaseException as error:
            step = self.engine.step
            self.observers.call("ganzoo_run_failed", run=self.run, step=step, error=error)
            if (
                interrupts
                and interrupts.asked
                and not isinstance(error, Interrupted | KeyboardInterrupt)
            ):
                saved = last_step(self.run)
                kept = f"the last checkpoint is of step {saved}" if saved else "nothing was saved"
                raise Interrupted(f"Stopped after step {step}; {kept}. {error}") from error
            raise
        self.ended()
        if interrupts.asked:  # so that a script that trains several runs stops too
            raise Interrupted(f"Asked to stop when all was done: {self.run.path} is complete.")

    def ended(self) -> None:
        """Tell the observers that the run has reached its last step."""
        reading = self.engine.game.reading(self._log.latest)
        if self._monitor is not None:
            summary = self._monitor.summary(self.engine.step, self.recipe.steps)
            reading = " ".join(filter(None, (reading, summary)))
        warned = symptoms.in_words(self.run.symptoms())
        reading = " ".join(filter(None, (reading, warned)))
        self.observers.call(
            "ganzoo_run_ended",
            run=self.run,
            step=self.engine.step,
            scalars={**self._log.latest, **self._speed()},
            reading=reading,
        )

    def _speed(self) -> dict[str, float]:
        """The speed of the whole run; of a short one there is nothing to learn."""
        if self.engine.step < MEASURED or not self.seconds:
            return {}
        steps_per_s = self.engine.step / self.seconds
        speed = {"samples_per_s": self.recipe.batch_size * steps_per_s}
        if self._world.size > 1:  # the peak is that of one device
            return speed
        with suppress(RuntimeError):  # a plugin's operation that cannot be counted
            speed["share_of_peak"] = throughput.share_of_peak(self.engine, steps_per_s)
        return speed

    def _play(self, steps: int, interrupts: Interrupts) -> None:
        recipe, engine = self.recipe, self.engine
        while engine.step < steps and not self._exhausted:
            self._log.add(self.advance())
            # Looked at once: it may change while a log is written.
            stopping = self._world.stops(interrupts.asked)
            last = engine.step == steps or stopping
            measured = self._measuring is not None and self._measuring.due(engine.step, steps)
            saving = engine.step % recipe.checkpoint_every == 0 or last or measured
            if engine.step % recipe.log_every == 0 or saving:  # a loss may tell before a weight
                self.log(measured=measured)
            last = last or self._exhausted
            if is_drawn(engine.step, self._interval) or last:
                with self._log.stopped(engine.batches.device):
                    self.draw()
            if saving and self._world.is_first:
                self.save()
            if stopping and engine.step < steps:
                raise Interrupted(
                    f"Stopped after step {engine.step}, with a checkpoint. "
                    f"Go on with: {self.run.command('resume')}"
                )

    def log(self, *, measured: bool = False) -> None:
        """Read the scalars off the device and tell the observers. Raises when one is not finite.
        ``measured``: measure the generator first, and add the numbers to the scalars."""
        scalars, seconds = self._log.read(self._world)
        self.seconds += seconds
        scalars["seconds"] = self.seconds
        scalars |= {f"lr_{player}": rate for player, rate in self.engine.rates().items()}
        scalars |= self.observers.report(run=self.run, step=self.engine.step)
        for name, value in scalars.items():
            if name.startswith("loss") and not math.isfinite(value):
                raise self._diverged(name, value)
        if measured:
            scalars |= self._measure()
        self.observers.call("ganzoo_logged", run=self.run, step=self.engine.step, scalars=scalars)

    def _measure(self) -> dict[str, float]:
        values: dict[str, float] = {}
        if self._monitor is not None:
            with self._log.stopped(self.engine.batches.device):
                values, seconds = self._monitor.measure(self.engine)
                self.observers.call(
                    "ganzoo_measured",
                    run=self.run,
                    step=self.engine.step,
                    values=values,
                    seconds=seconds,
                )
        # Only the first process may have measured.
        exhausted = self._monitor is not None and self._monitor.exhausted
        self._exhausted = self._world.agrees(exhausted)
        return values

    def _diverged(self, name: str, value: float) -> GanzooError:
        saved = last_step(self.run) is not None
        rates = " ".join(f"--set optimizer.{player}.lr=..." for player in self.engine.optimizers)
        again = (
            ", or go on from the last checkpoint with lower ones: "
            f"{self.run.command('resume', rates)}"
        )
        return GanzooError(
            f"Training diverged: {name} is {value} at step {self.engine.step}. Train anew with "
            f"lower learning rates ({rates}){again if saved else '.'}"
        )

    @torch.no_grad()
    def draw(self) -> None:
        """The fixed noise through the averaged generator, as a picture where it can be drawn.
        A generator may draw random numbers here, which do not change those of the training."""
        if not self._world.is_first:
            return
        with rng.kept():
            x = self.engine.averaged.generate(self._noise).x
        assert x is not None
        samples = x.float().cpu()
        step = self.engine.step
        place = self.run.samples / step_name(step, ".png")
        path = picture.write(place, samples, self._view, self._behind)
        self.observers.call("ganzoo_sampled", run=self.run, step=step, samples=samples, path=path)

    def save(self) -> None:
        """Write the averaged generator alone, and a checkpoint of everything: in this order, so
        that the newest checkpoint is never ahead of the generator. Raises when a number is not
        finite: a training that has diverged is never saved."""
        engine, step = self.engine, self.engine.step
        state = engine.state()
        infinite = [
            name
            for name, tensor in state.items()
            if tensor.is_floating_point() and not bool(tensor.isfinite().all())
        ]
        if infinite:
            raise self._diverged(infinite[0], math.nan)
        checkpoint.save_generator(self.run, engine.averaged.sampling_state(), step=step)
        path = checkpoint.save(self.run, state, step=step, seconds=self.seconds)
        self.observers.call("ganzoo_checkpointed", run=self.run, step=step, path=path)


class Log:
    """Scalars summed on the device and read once an interval."""

    def __init__(self) -> None:
        self.latest: dict[str, float] = {}
        self.start()

    def start(self) -> None:
        """A new interval begins now."""
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}
        self._steps = 0
        self._since = time.perf_counter()

    @contextmanager
    def stopped(self, device: torch.device) -> Iterator[None]:
        """Do not count the time inside as time of the training. Waits for the steps so far."""
        if device.type != "cpu":
            torch.accelerator.synchronize()
        started = time.perf_counter()
        yield
        self._since += time.perf_counter() - started

    def add(self, reports: Iterable[Mapping[str, Tensor]]) -> None:
        """The scalars that the updates of one step reported."""
        for scalars in reports:
            for name, value in scalars.items():
                count = self._counts.get(name, 0)
                self._sums[name] = self._sums[name] + value if count else value
                self._counts[name] = count + 1
        self._steps += 1

    def read(self, world: World) -> tuple[dict[str, float], float]:
        """The means over the interval and over the processes with steps_per_s, and the seconds it
        took."""
        names = list(self._sums)
        names.sort(key=lambda name: not name.startswith("loss"))  # the losses first
        sums = world.average(torch.stack([self._sums[name].float() for name in names]))
        totals = zip(names, sums.tolist(), strict=True)
        scalars = {name: total / self._counts[name] for name, total in totals}
        seconds = time.perf_counter() - self._since
        scalars["steps_per_s"] = self._steps / max(seconds, 1e-9)
        self.latest = scalars
        self.start()
        return dict(scalars), seconds
