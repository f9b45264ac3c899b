"""The steps at which samples are drawn."""

from __future__ import annotations

import time

import pytest
import torch

import ganzoo
from ganzoo.training.cadence import is_drawn, sample_interval
from ganzoo.training.loop import Loop

from .toy import TOY, ToyPlugin, registry_of


def drawn(steps: int, every: int) -> list[int]:
    return [step for step in range(steps + 1) if is_drawn(step, every)]


def test_the_distance_doubles_until_it_is_the_interval() -> None:
    assert drawn(300, 100) == [0, 1, 2, 4, 8, 16, 32, 64, 100, 200, 300]
    assert drawn(4, 1) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("steps", [60, 200, 1500, 3000, 18_000, 150_000])
def test_any_training_has_about_forty_pictures(steps: int) -> None:
    recipe = TOY.replace(steps=steps, sample_every=None)
    assert 30 <= len(drawn(steps, sample_interval(recipe))) <= 46


def test_a_recipe_may_set_the_interval() -> None:
    assert sample_interval(TOY.replace(steps=1000, sample_every=7)) == 7


def test_a_resumed_run_keeps_the_interval_of_its_first_part(train, registry) -> None:
    run = train(steps=60, set={"sample_every": None})
    assert run.config["recipe"]["sample_every"] == 2
    ganzoo.resume(run, steps=66, registry=registry)
    names = sorted(path.name for path in run.samples.iterdir())
    assert names[-4:] == [f"step-0000{step}.png" for step in (60, 62, 64, 66)]


class Restless(ganzoo.Generator):
    """Draws a random number in every forward pass."""

    def __init__(self, spec: ganzoo.Spec) -> None:
        super().__init__(spec)
        self.layer = torch.nn.Linear(spec.z_dim, spec.size)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        x = self.layer(z + torch.randn_like(z))
        return x.view(len(z), *self.spec.shape).tanh()


class Plugin:
    @ganzoo.hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.generator("restless", Restless)


def test_pictures_do_not_change_the_weights(train) -> None:
    """Not even those of a generator that draws random numbers."""
    registry = registry_of(toy=ToyPlugin(), restless=Plugin())
    states = []
    for every in (1, 9):
        changes = {"generator": "restless", "sample_every": every}
        run = train(steps=9, set=changes, registry=registry)
        states.append(ganzoo.load(run, weights="raw", registry=registry).game.state_dict())
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[1])


def test_pictures_do_not_count_as_time_of_the_training(train, monkeypatch) -> None:
    draw = Loop.draw

    def slow(loop: Loop) -> None:
        time.sleep(0.2)
        draw(loop)

    monkeypatch.setattr(Loop, "draw", slow)
    run = train(steps=10, set={"sample_every": 1, "log_every": 5})
    assert run.metrics()[-1]["seconds"] < 1.0  # ten pictures take two seconds
