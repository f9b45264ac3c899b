"""Being asked to stop: by a real signal, in the middle of a real run."""

from __future__ import annotations

import os
import signal
import threading

import pytest
import torch

import ganzoo
from ganzoo import hookimpl
from ganzoo.errors import Interrupted
from ganzoo.run import Run, checkpoint
from ganzoo.run.interrupts import Interrupts

from ..toy import Recorder


class Interrupter(Recorder):
    """Sends this process a signal when step ``at`` is logged, ``times`` times. The step is over
    by then, so that the run stops after the next one."""

    def __init__(self, at: int, number: int = signal.SIGINT, times: int = 1) -> None:
        super().__init__()
        self.at, self.number, self.times = at, number, times

    @hookimpl
    def ganzoo_logged(self, step: int, scalars) -> None:
        if step == self.at:
            for _ in range(self.times):
                os.kill(os.getpid(), self.number)


@pytest.fixture(autouse=True)
def _handlers_are_put_back():
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    yield
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_leaves_a_checkpoint_and_goes_on_bit_for_bit(
    train, registry, tmp_path, number: int
) -> None:
    cadence = {"log_every": 1, "checkpoint_every": 50, "sample_every": 50}
    straight = train(steps=12, set=cadence)
    interrupter = Interrupter(at=5, number=number)
    with pytest.raises(Interrupted) as caught:
        train(steps=12, set=cadence, observers=[interrupter])
    run = Run.open(tmp_path / "run-1")
    assert str(caught.value) == (
        f"Stopped after step 6, with a checkpoint. Go on with: ganzoo resume {run.path}"
    )
    assert caught.value.exit_code == 130
    assert [event for event in interrupter.events if event[0] != "sampled"] == [
        *(("started", 0), ("checkpointed", 6), ("failed", 6))
    ]
    assert [path.name for path in run.checkpoints.iterdir()] == ["step-000006.safetensors"]
    assert ganzoo.load(run, registry=registry).step == 6

    ganzoo.resume(run, registry=registry)
    (ours, *_), (theirs, *_) = checkpoint.newest(straight), checkpoint.newest(run)
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in ours)


def test_an_interrupt_in_the_last_step_changes_nothing_and_is_not_lost(train, tmp_path) -> None:
    """Who trains one run after another wants no further one."""
    recorder = Interrupter(at=6)
    with pytest.raises(Interrupted, match=r"when all was done: .*run-0 is complete\."):
        train(steps=6, observers=[recorder])
    assert recorder.events[-1] == ("ended", 6)
    assert checkpoint.last_step(Run.open(tmp_path / "run-0")) == 6


def test_a_second_interrupt_stops_at_once(train) -> None:
    recorder = Interrupter(at=2, times=2)
    with pytest.raises(KeyboardInterrupt):
        train(steps=6, observers=[recorder])
    assert recorder.events[-1] == ("failed", 2)


def test_outside_the_main_thread_signals_are_left_alone() -> None:
    handlers = []

    def enter() -> None:
        with Interrupts() as interrupts:
            handlers.append(signal.getsignal(signal.SIGINT))
            assert not interrupts.asked

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert handlers == [signal.getsignal(signal.SIGINT)]


def test_training_works_outside_the_main_thread(train) -> None:
    runs = []
    thread = threading.Thread(target=lambda: runs.append(train(steps=1)))
    thread.start()
    thread.join()
    assert runs[0].generator.is_file()


def test_an_interrupt_is_not_lost_where_an_observer_ends_the_run(train) -> None:
    class Ends(Interrupter):
        @hookimpl
        def ganzoo_logged(self, step: int, scalars) -> None:
            super().ganzoo_logged(step, scalars)
            if step == self.at:
                raise ValueError("enough")

    with pytest.raises(Interrupted, match=r"Stopped after step 4\."):
        train(steps=9, observers=[Ends(at=4)])
