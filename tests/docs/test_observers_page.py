"""What the page on observers says of them: when each hook is called, and what an error does."""

from __future__ import annotations

import pytest

import ganzoo
from ganzoo import hookimpl

from ..toy import ToyPlugin, registry_of

EVERY = {"log_every": 2, "sample_every": 3, "checkpoint_every": 2}


class Recorder:
    """Every call, as (hook, step)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []

    @hookimpl
    def ganzoo_run_started(self, step: int, steps: int) -> None:
        self.calls.append(("run_started", step))

    @hookimpl
    def ganzoo_logged(self, step: int) -> None:
        self.calls.append(("logged", step))

    @hookimpl
    def ganzoo_sampled(self, step: int) -> None:
        self.calls.append(("sampled", step))

    @hookimpl
    def ganzoo_checkpointed(self, step: int) -> None:
        self.calls.append(("checkpointed", step))

    @hookimpl
    def ganzoo_run_ended(self, step: int) -> None:
        self.calls.append(("run_ended", step))

    @hookimpl
    def ganzoo_run_failed(self, step: int) -> None:
        self.calls.append(("run_failed", step))


class Raiser:
    @hookimpl
    def ganzoo_logged(self, step: int) -> None:
        raise RuntimeError("out of ink")


def test_each_hook_is_called_when_the_page_says(train, registry) -> None:
    recorder = Recorder()
    run = train(steps=5, set=EVERY, observers=[recorder])
    assert recorder.calls == [
        ("run_started", 0),
        ("sampled", 0),
        ("sampled", 1),
        ("logged", 2),
        ("sampled", 2),
        ("checkpointed", 2),
        ("sampled", 3),
        ("logged", 4),
        ("checkpointed", 4),
        ("logged", 5),
        ("sampled", 5),
        ("checkpointed", 5),
        ("run_ended", 5),
    ]
    resumed = Recorder()
    ganzoo.resume(run, steps=6, registry=registry, observers=[resumed])
    assert resumed.calls[0] == ("run_started", 5)
    assert resumed.calls[-1] == ("run_ended", 6)
    assert ("sampled", 5) not in resumed.calls


def test_an_error_of_a_plugins_observer_is_told_once_and_the_training_goes_on(train) -> None:
    recorder = Recorder()
    registry = registry_of(toy=ToyPlugin(), raiser=Raiser(), recorder=recorder)
    with pytest.warns(UserWarning, match="'raiser' was dropped.*out of ink") as told:
        train(steps=5, set=EVERY, registry=registry)
    assert len(told) == 1
    assert recorder.calls[-1] == ("run_ended", 5)


def test_an_error_of_a_callers_observer_stops_the_run(train) -> None:
    recorder = Recorder()
    with pytest.raises(RuntimeError, match="out of ink"):
        train(steps=5, set=EVERY, observers=[recorder, Raiser()])
    assert recorder.calls[-1] == ("run_failed", 2)
