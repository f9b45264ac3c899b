"""Optimizers made from their recipe, and moved along its schedules."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganzoo import SGD, Adam, Cosine, Exponential, Linear, RMSprop
from ganzoo.optimizers import Scheduled


def weight(value: float = 1.0) -> nn.Parameter:
    return nn.Parameter(torch.tensor([value]))


def descend(optimizer: Scheduled, parameter: nn.Parameter, steps: int, start: int = 1) -> None:
    for step in range(start, start + steps):
        parameter.grad = torch.ones(1)
        optimizer.step(step)


def test_sgd_with_schedules_against_the_rule_written_out() -> None:
    recipe = SGD(
        lr=0.1,
        momentum=0.5,
        schedule=Exponential(factor=1.25, floor=0.05),
        momentum_schedule=Linear(start=1, end=3, to=0.9),
    )
    parameter = weight()
    descend(Scheduled(recipe, [parameter]), parameter, 5)
    value, velocity = 1.0, 0.0
    for lr, momentum in zip(
        [0.1, 0.08, 0.064, 0.0512, 0.05], [0.5, 0.5, 0.7, 0.9, 0.9], strict=True
    ):
        velocity = momentum * velocity + 1
        value -= lr * velocity
    assert parameter.item() == pytest.approx(value)


def test_adam_moves_by_its_rate_along_a_constant_gradient() -> None:
    parameter = weight()
    descend(Scheduled(Adam(lr=0.01), [parameter]), parameter, 10)
    assert parameter.item() == pytest.approx(0.9, abs=1e-5)


def test_adam_follows_its_schedule() -> None:
    parameter = weight()
    descend(Scheduled(Adam(lr=0.01, schedule=Cosine(end=2)), [parameter]), parameter, 4)
    assert parameter.item() == pytest.approx(1 - 0.01 - 0.005, abs=1e-5)


@pytest.mark.parametrize(
    ("recipe", "kind", "settings"),
    [
        (
            Adam(lr=0.3, betas=(0.1, 0.2), eps=0.4, weight_decay=0.5),
            torch.optim.Adam,
            {"lr": 0.3, "betas": (0.1, 0.2), "eps": 0.4, "weight_decay": 0.5},
        ),
        (
            SGD(lr=0.3, momentum=0.1, nesterov=True, weight_decay=0.5),
            torch.optim.SGD,
            {"lr": 0.3, "momentum": 0.1, "nesterov": True, "weight_decay": 0.5},
        ),
        (
            RMSprop(lr=0.3, alpha=0.1, eps=0.4, momentum=0.2, weight_decay=0.5),
            torch.optim.RMSprop,
            {"lr": 0.3, "alpha": 0.1, "eps": 0.4, "momentum": 0.2, "weight_decay": 0.5},
        ),
    ],
)
def test_each_is_torchs_own_with_the_recipes_settings(recipe, kind, settings) -> None:
    optimizer = Scheduled(recipe, [weight()]).optimizer
    assert type(optimizer) is kind
    assert {name: optimizer.param_groups[0][name] for name in settings} == settings


def test_gradients_are_forgotten_after_a_step() -> None:
    parameter = weight()
    descend(Scheduled(SGD(), [parameter]), parameter, 1)
    assert parameter.grad is None


def test_frozen_weights_are_left_out() -> None:
    frozen = nn.Parameter(torch.ones(1), requires_grad=False)
    assert len(Scheduled(SGD(), [weight(), frozen]).parameters) == 1


@pytest.mark.parametrize(
    "recipe",
    [
        Adam(lr=0.1),
        SGD(lr=0.1),
        SGD(lr=0.1, momentum=0.9, momentum_schedule=Linear(end=10, to=0.1)),
        RMSprop(lr=0.1),
        RMSprop(lr=0.1, momentum=0.5, schedule=Linear(end=20)),
    ],
    ids=["adam", "sgd", "sgd-momentum", "rmsprop", "rmsprop-momentum"],
)
def test_its_state_goes_on_in_another(recipe) -> None:
    straight, first = weight(), weight()
    descend(Scheduled(recipe, [straight]), straight, 8)
    optimizer = Scheduled(recipe, [first])
    descend(optimizer, first, 5)
    state = {name: tensor.clone() for name, tensor in optimizer.state().items()}
    second = nn.Parameter(first.detach().clone())
    resumed = Scheduled(recipe, [second])
    resumed.restore(state)
    descend(resumed, second, 3, start=6)
    assert torch.equal(second, straight)
