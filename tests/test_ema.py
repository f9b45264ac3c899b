"""The average of the generator's weights, against its closed form."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from ganzoo import Network, Spec
from ganzoo.engine.ema import EMA
from ganzoo.schedules import Linear

from .toy import ToyGenerator

SPEC = Spec((1, 4, 4), z_dim=3)


def filled(value: float) -> ToyGenerator:
    generator = ToyGenerator(SPEC)
    fill(generator, value)
    return generator


@torch.no_grad()
def fill(generator: nn.Module, value: float) -> None:
    for tensor in (*generator.parameters(), *generator.buffers()):
        tensor.fill_(value)


def floats(generator: nn.Module) -> list[torch.Tensor]:
    tensors = (*generator.parameters(), *generator.buffers())
    return [tensor for tensor in tensors if tensor.is_floating_point()]


@pytest.mark.parametrize(("decay", "steps"), [(0.9, 200), (0.5, 12), (0.999, 50)])
def test_the_start_is_forgotten_at_the_rate_of_the_decays_product(decay, steps: int) -> None:
    """With weights w ever after w0, it is w + (w0 - w) * prod of min(decay, (1 + t) / (10 + t))."""
    generator = filled(3.0)
    average = EMA({"generator": generator}, decay)
    fill(generator, 1.0)
    for step in range(1, steps + 1):
        average.update(step)
    left = math.prod(min(decay, (1 + t) / (10 + t)) for t in range(1, steps + 1))
    for tensor in floats(average.networks["generator"]):
        torch.testing.assert_close(tensor, torch.full_like(tensor, 1 + 2 * left))


def test_it_is_the_weighted_sum_of_all_the_weights_there_were() -> None:
    generator, weights = filled(0.0), [math.sin(step) for step in range(300)]
    average = EMA({"generator": generator}, 0.9)
    expected = 0.0
    for step, weight in enumerate(weights, start=1):
        fill(generator, weight)
        average.update(step)
        decay = min(0.9, (1 + step) / (10 + step))
        expected = decay * expected + (1 - decay) * weight
    closed = 0.1 * sum(0.9**age * weight for age, weight in enumerate(reversed(weights)))
    assert expected == pytest.approx(closed, abs=1e-6)  # after 300 steps the warm-up is forgotten
    for tensor in floats(average.networks["generator"]):
        torch.testing.assert_close(tensor, torch.full_like(tensor, expected))


def test_the_decay_may_be_scheduled() -> None:
    generator = filled(3.0)
    average = EMA({"generator": generator}, Linear(0.0, 0.8, until=4), ramp=1e-9)
    fill(generator, 1.0)
    average.update(1)
    for tensor in floats(average.networks["generator"]):
        torch.testing.assert_close(tensor, torch.full_like(tensor, 1.0))  # the decay is 0
    fill(generator, 2.0)
    average.update(3)
    for tensor in floats(average.networks["generator"]):
        torch.testing.assert_close(tensor, torch.full_like(tensor, 0.4 * 1.0 + 0.6 * 2.0))


def test_with_a_ramp_of_one_all_steps_weigh_the_same() -> None:
    generator, weights = filled(0.5), [math.sin(step) for step in range(30)]
    average = EMA({"generator": generator}, 0.999, ramp=1)
    for step, weight in enumerate(weights, start=1):
        fill(generator, weight)
        average.update(step)
    expected = (2 * 0.5 + sum(weights)) / 32  # the random start weighs as two steps
    for tensor in floats(average.networks["generator"]):
        torch.testing.assert_close(tensor, torch.full_like(tensor, expected))


def test_counters_are_copied_not_averaged() -> None:
    generator = filled(0)
    average = EMA({"generator": generator}, 0.99)
    fill(generator, 1000)
    average.update(5)
    assert int(average.networks["generator"].body[1].num_batches_tracked) == 1000


def test_the_generator_itself_is_left_alone() -> None:
    generator = filled(2.0)
    average = EMA({"generator": generator}, 0.5)
    fill(generator, 4.0)
    average.update(1)
    assert all(bool((tensor == 4.0).all()) for tensor in floats(generator))
    assert not average.networks["generator"].training
    assert generator.training


def test_without_a_decay_it_shares_the_generators_weights() -> None:
    generator = filled(2.0)
    average = EMA({"generator": generator}, 0.0)
    fill(generator, 4.0)
    average.update(1)
    for ours, theirs in zip(floats(average.networks["generator"]), floats(generator), strict=True):
        assert ours.data_ptr() == theirs.data_ptr()
    assert not average.networks["generator"].training
    assert generator.training


class Counting(Network):
    """A weight, a buffer that is averaged, and one that is not."""

    copied_buffers = ("count",)

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.weight = nn.Parameter(torch.zeros(2))
        self.register_buffer("count", torch.zeros(()))
        self.register_buffer("mean", torch.zeros(()))


def test_buffers_that_a_network_names_are_copied_and_the_others_averaged() -> None:
    inner = Counting(SPEC)
    network = nn.Sequential(nn.Linear(2, 2), inner)
    average = EMA({"network": network}, 0.75, ramp=1)
    fill(network, 8.0)
    average.update(1)  # the decay is 2 / 3 in the first step
    ours = average.networks["network"][1]
    assert ours.count.item() == 8.0
    assert ours.mean.item() == pytest.approx(8.0 / 3)
    assert ours.weight.tolist() == pytest.approx([8.0 / 3] * 2)


def test_several_networks_are_averaged_alike() -> None:
    networks = {"generator": filled(0.0), "encoder": filled(0.0)}
    average = EMA(networks, 0.5, ramp=1e-9)
    fill(networks["encoder"], 4.0)
    average.update(1)
    assert [floats(average.networks[role])[0].max().item() for role in networks] == [0.0, 2.0]
