"""The loops that the benchmarks compare train the same networks, and their clocks count turns."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from torch import Tensor

from benchmarks.compare import contestants, engine, line
from benchmarks.floor import Floor
from benchmarks.measure import Times, take_turns
from benchmarks.subjects import Subject, mlp, subjects
from benchmarks.tutorial import LOOPS
from ganzoo.training import throughput

SMALL = Subject("small", mlp(4), (1, 8, 8), "gan", convolutional=False)


def test_the_floor_has_the_operations_of_a_step() -> None:
    floor = Floor(SMALL, "cpu")
    with throughput.Counter() as counter:
        floor.step()
    assert counter.operations == throughput.operations(engine(SMALL, shared=True))


def test_the_floor_moves_each_players_weights_once_an_update() -> None:
    (wgan,) = (one for one in subjects() if one.name == "wgan-gp")
    floor = Floor(wgan, "cpu")
    assert len(floor.moves) == 6  # five updates of D and one of G


@pytest.mark.parametrize("tutorial", LOOPS)
def test_a_tutorials_loop_trains_both_networks(tutorial: str) -> None:
    (subject,) = [one for one in subjects() if one.name == "wgan-gp"]
    loop = LOOPS[tutorial](dataclasses.replace(subject, tutorial=tutorial), "cpu")

    def weights() -> list[Tensor]:
        return [net.parameters().__next__().detach().clone() for net in (loop.g, loop.d)]

    before = weights()
    loop.step()
    assert not any(map(torch.equal, before, weights()))


def test_loops_take_turns() -> None:
    taken: list[str] = []
    loops = {name: (lambda name=name: taken.append(name)) for name in "ab"}
    times = take_turns(loops, turns=3, seconds=1e-9)
    assert taken[-6:] == list("ababab")
    assert {name: len(turns) for name, turns in times.seconds.items()} == {"a": 3, "b": 3}


def test_ratios_are_medians_of_the_turns_ratios() -> None:
    times = Times({"floor": [1.0, 10.0, 2.0], "tutorial": [4.0, 40.0, 8.0], "x": [2.0, 30.0, 4.0]})
    assert line(times, "x") == {"ms": 4000.0, "of_floor": 0.5, "of_tutorial": 2.0}


def test_every_loop_takes_a_step() -> None:
    for _, step in contestants(SMALL, "cpu"):
        step()
