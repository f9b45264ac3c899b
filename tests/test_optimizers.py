"""Optimizers by name: their rules written out, their settings by player, and their state."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import ganzoo
from ganzoo import Part, Recipe, Registry, UsageError, hookimpl
from ganzoo.engine.optimizers import PlayerOptimizer
from ganzoo.run import checkpoint

from .toy import TOY, ToyPlugin, game_of, registry_of


class Other:
    """A plugin with optimizers: a function, and what is none."""

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.optimizer("plain", plain)
        registry.optimizer("counting", Counting)
        registry.optimizer("nothing", lambda parameters: None)


def plain(parameters, lr: float = 0.5, *, fixed_once: float = 2.0) -> torch.optim.Optimizer:
    """Gradient descent with a factor that torch never sees."""
    return torch.optim.SGD(parameters, lr=lr * fixed_once)


class Counting(torch.optim.Optimizer):
    """Its state is a whole number of each weight, and two numbers of its group."""

    def __init__(self, parameters, lr: float = 0.5) -> None:
        super().__init__(parameters, {"lr": lr, "d": 1.0, "k": None, "found": False})

    @torch.no_grad()
    def step(self, closure=None) -> None:
        for group in self.param_groups:
            group["k"] = (group["k"] or 0) + 1
            group["d"] *= 1.1
            group["found"] = group["k"] > 2
            for weight in group["params"]:
                state = self.state[weight]
                state["step"] = state.get("step", 0) + 1
                rate = group["lr"] * group["d"] / (group["k"] * state["step"])
                weight -= weight.grad * rate * (0.5 if group["found"] else 1.0)


def registry() -> Registry:
    return registry_of(toy=ToyPlugin(), other=Other())


def recipe_with(name: str, **options: Any) -> Recipe:
    parts = {"d": Part(name, options), "g": Part(name)}
    return TOY.replace(optimizer=parts, generator=Part("toy", {"batch_norm": False}))


def optimizer_of(name: str, **options: Any) -> PlayerOptimizer:
    """The discriminator's optimizer, of a recipe of 100 steps."""
    game = game_of(recipe_with(name, **options).replace(steps=100), registry())
    return PlayerOptimizer(game.optimizers["d"], game, "d")


def gradients(optimizer: PlayerOptimizer, step: int) -> list[Tensor]:
    """Gradients for all weights, the same every time; set on them."""
    torch.manual_seed(step)
    for weight in optimizer.parameters:
        weight.grad = torch.randn_like(weight)
    return [weight.grad.clone() for weight in optimizer.parameters]


def follow(optimizer: PlayerOptimizer, rule, steps: int = 6) -> None:
    """Assert that every weight moves as ``rule(weight, gradient, state, t)`` says."""
    weights = [weight.detach().clone() for weight in optimizer.parameters]
    states: list[dict[str, Any]] = [{} for _ in weights]
    for step in range(1, steps + 1):
        grads = gradients(optimizer, step)
        optimizer.step(step)
        weights = [rule(w, g, s, step) for w, g, s in zip(weights, grads, states, strict=True)]
        for actual, expected in zip(optimizer.parameters, weights, strict=True):
            torch.testing.assert_close(actual.detach(), expected)
    assert all(weight.grad is None for weight in optimizer.parameters)


# -- the rules -----------------------------------------------------------------------------------


def test_lion_is_algorithm_2_of_its_paper() -> None:
    lr, beta1, beta2, decay = 0.01, 0.8, 0.95, 0.1

    def rule(weight, gradient, state, t):
        momentum = state.get("m", torch.zeros_like(weight))
        direction = torch.sign(beta1 * momentum + (1 - beta1) * gradient)
        state["m"] = beta2 * momentum + (1 - beta2) * gradient
        return weight - lr * (direction + decay * weight)

    follow(optimizer_of("lion", lr=lr, betas=[beta1, beta2], weight_decay=decay), rule)


@pytest.mark.parametrize("name", ["adam", "adamw"])
def test_adam_and_adamw_are_their_papers_algorithms(name: str) -> None:
    lr, beta1, beta2, eps, decay = 0.01, 0.5, 0.9, 1e-6, 0.1

    def rule(weight, gradient, state, t):
        if name == "adam":
            gradient = gradient + decay * weight
        state["m"] = beta1 * state.get("m", 0) + (1 - beta1) * gradient
        state["v"] = beta2 * state.get("v", 0) + (1 - beta2) * gradient**2
        m, v = state["m"] / (1 - beta1**t), state["v"] / (1 - beta2**t)
        shrunk = weight * (1 - lr * decay) if name == "adamw" else weight
        return shrunk - lr * m / (v.sqrt() + eps)

    settings = {"lr": lr, "betas": [beta1, beta2], "eps": eps, "weight_decay": decay}
    follow(optimizer_of(name, **settings), rule)


def test_rmsprop_divides_by_the_root_mean_square() -> None:
    lr, alpha, eps, momentum = 0.01, 0.9, 1e-6, 0.5

    def rule(weight, gradient, state, t):
        state["v"] = alpha * state.get("v", 0) + (1 - alpha) * gradient**2
        state["b"] = momentum * state.get("b", 0) + gradient / (state["v"].sqrt() + eps)
        return weight - lr * state["b"]

    follow(optimizer_of("rmsprop", lr=lr, alpha=alpha, eps=eps, momentum=momentum), rule)


def test_sgd_with_scheduled_rate_and_momentum() -> None:
    rates, momenta = [0.1, 0.08, 0.064, 0.0512, 0.05], [0.5, 0.5, 0.7, 0.9, 0.9]

    def rule(weight, gradient, state, t):
        state["v"] = momenta[t - 1] * state.get("v", 0) + gradient
        return weight - rates[t - 1] * state["v"]

    lr = {"schedule": "exponential", "start": 0.1, "factor": 1.25, "floor": 0.05}
    # Torch begins the momentum with the first gradient itself, so that its factor then is free.
    momentum = {"schedule": "sequence", "parts": [
        {"schedule": "constant", "start": 0.5, "until": 2},
        {"schedule": "step", "start": 0.7, "factor": 9 / 7, "at": [3]},
    ]}  # fmt: skip
    follow(optimizer_of("sgd", lr=lr, momentum=momentum), rule, steps=5)


def test_one_of_several_numbers_may_be_scheduled() -> None:
    first = {"schedule": "linear", "start": 0.0, "end": 0.8, "until": 4}
    optimizer = optimizer_of("adam", betas=[first, 0.9])
    for step, beta1 in enumerate([0.0, 0.2, 0.4, 0.6, 0.8, 0.8], start=1):
        gradients(optimizer, step)
        optimizer.step(step)
        assert optimizer.optimizer.param_groups[0]["betas"] == pytest.approx((beta1, 0.9))


# -- from a plugin -------------------------------------------------------------------------------

NADAM = """
import torch

import ganzoo

ganzoo.register("optimizer", "nadam", summary="Nesterov Adam")(torch.optim.NAdam)
"""


def test_torchs_own_from_a_one_file_plugin_is_trained_with_and_resumed(
    train, tmp_path: Path
) -> None:
    file = tmp_path / "nadam.py"
    file.write_text(NADAM)
    both = registry()
    both.load_file(file)
    lr = {"schedule": "linear", "start": 2e-3, "end": 1e-4, "until": 12}
    nadam = {"name": "nadam", "lr": lr, "betas": [0.5, 0.9], "momentum_decay": 0.004}
    changes = {"optimizer.d": nadam, "optimizer.g": "nadam", "checkpoint_every": 6}
    straight = train(steps=12, set=changes, registry=both)
    about = straight.config["recipe"]["optimizer"]
    assert (about["d"]["name"], about["d"]["lr"]["until"]) == ("nadam:nadam", 12)
    assert straight.metrics()[-1]["lr_d"] == pytest.approx(2e-3 - 1.9e-3 * 11 / 12)
    assert straight.metrics()[-1]["lr_g"] == 2e-3  # torch's default
    state = checkpoint.of_step(straight)[0]
    assert [name for name in state if name.startswith("optimizer.d.0.mu_product")]

    half = train(steps=6, set=changes, registry=both)
    resumed = checkpoint.of_step(ganzoo.resume(half, steps=12, registry=both))[0]
    assert [name for name in state if not torch.equal(state[name], resumed[name])] == []
    with pytest.raises(UsageError, match=r"'nadam' of player 'd' has no option 'momentun_decay'"):
        train(steps=1, set={**changes, "optimizer.d.momentun_decay": 1.0}, registry=both)


def test_numbers_of_weights_and_of_groups_are_part_of_the_state() -> None:
    falling = {"schedule": "linear", "start": 0.5, "end": 0.0}
    first, second = (optimizer_of("counting", lr=falling) for _ in range(2))
    for step in range(1, 4):
        gradients(first, step)
        first.step(step)
    start = second.state()
    second.restore(first.state())
    second.restore(start)
    assert second.state() == start
    second.restore(first.state())
    for mine, other in zip(first.parameters, second.parameters, strict=True):
        other.data.copy_(mine.data)
    for optimizer in (first, second):
        gradients(optimizer, 4)
        optimizer.step(4)
    assert first.state() == second.state()
    assert {name for name in first.state() if name.startswith("group")} == {
        *("group.0.d:float", "group.0.found:bool", "group.0.k:int")
    }
    for mine, other in zip(first.parameters, second.parameters, strict=True):
        assert torch.equal(mine, other)
    (counts,) = {type(values["step"]) for values in second.optimizer.state.values()}
    assert counts is int


def test_a_function_is_an_optimizer_and_its_keywords_are_its_options() -> None:
    def rule(weight, gradient, state, t):
        return weight - 0.25 * 3.0 * gradient

    follow(optimizer_of("plain", lr=0.25, fixed_once=3.0), rule)


REFUSED = {
    "unknown": (("admm", {}), "no optimizer 'admm'.*Did you mean 'adam'"),
    "schedule": (
        ("adam", {"schedule": {"name": "linear"}}),
        "A schedule stands in the place of a number: write optimizer.d.lr =",
    ),
    "option": (("adam", {"beta": 1}), "'adam' of player 'd' has no option 'beta'.*'betas'"),
    "common": (("adam", {"clip_nrom": 1}), "no option 'clip_nrom'.*'clip_norm'"),
    "below": (("adam", {"lr": -1.0}), "optimizer.d.lr takes a number >= 0, not -1.0"),
    "infinite": (("adam", {"lr": float("nan")}), "must be a finite number"),
    "length": (("adam", {"betas": [0.5]}), "optimizer.d.betas takes a list of 2, each a number"),
    "range": (("adam", {"betas": [0.5, 1.0]}), "< 1"),
    "type": (("sgd", {"momentum": "much"}), "takes a number >= 0 and < 1, not 'much'"),
    "torchs": (("sgd", {"nesterov": True}), "'sgd' of player 'd' cannot be made with nesterov"),
    "no-optimizer": (("nothing", {}), "'nothing' of plugin 'other' is a NoneType, not a torch"),
    "clip": (("adam", {"clip_norm": 0}), "optimizer.d.clip_norm takes a number greater than 0"),
    "accumulate": (
        ("adam", {"accumulate": 0}),
        "optimizer.d.accumulate takes a whole number >= 1, not 0",
    ),
    "scale": (("adam", {"lr_scale": {"discriminator": -1}}), "optimizer.d.lr_scale takes.*>= 0"),
}


@pytest.mark.parametrize(("asked", "message"), REFUSED.values(), ids=REFUSED)
def test_an_optimizer_that_cannot_be_is_refused_with_a_sentence(asked, message: str) -> None:
    name, options = asked
    with pytest.raises(UsageError, match=message):
        optimizer_of(name, **options)


def test_an_option_that_torch_reads_once_cannot_be_scheduled() -> None:
    once = {"schedule": "linear", "start": 2.0, "end": 1.0}
    with pytest.raises(UsageError, match=r"optimizer\.d\.fixed_once cannot be scheduled"):
        game_of(recipe_with("plain", fixed_once=once), registry())


# -- what every table takes ----------------------------------------------------------------------


def test_a_gradient_longer_than_clip_norm_is_made_as_long() -> None:
    optimizer = optimizer_of("sgd", lr=1.0, clip_norm=0.5)
    before = [weight.detach().clone() for weight in optimizer.parameters]
    grads = gradients(optimizer, 1)
    norm = torch.cat([gradient.flatten() for gradient in grads]).norm()
    assert norm > 0.5
    optimizer.step(1)
    for old, gradient, weight in zip(before, grads, optimizer.parameters, strict=True):
        torch.testing.assert_close(weight.detach(), old - gradient * 0.5 / norm)
    shorter = optimizer_of("sgd", lr=1.0, clip_norm=1e6)
    before = [weight.detach().clone() for weight in shorter.parameters]
    grads = gradients(shorter, 1)
    shorter.step(1)
    for old, gradient, weight in zip(before, grads, shorter.parameters, strict=True):
        torch.testing.assert_close(weight.detach(), old - gradient)


SCALES = {
    "role": ({"discriminator": 0.1}, {"": 0.1}),
    "part": ({"discriminator.last": 0.1}, {"": 1.0, "last": 0.1}),
    "deeper": ({"discriminator": 10.0, "discriminator.body.1": 0.0}, {"": 10.0, "body": 0.0}),
}


@pytest.mark.parametrize("lr", [0.5, {"schedule": "constant", "start": 0.5}])
@pytest.mark.parametrize(("scales", "expected"), SCALES.values(), ids=SCALES)
def test_the_learning_rate_is_scaled_by_role_and_by_the_longest_path(scales, expected, lr) -> None:
    optimizer = optimizer_of("sgd", lr=lr, lr_scale=scales)
    names = {weight: name for name, weight in optimizer._game.discriminator.named_parameters()}
    before = [weight.detach().clone() for weight in optimizer.parameters]
    assert len(before) == len(names)
    grads = gradients(optimizer, 1)
    optimizer.step(1)
    for old, gradient, weight in zip(before, grads, optimizer.parameters, strict=True):
        scale = expected.get(names[weight].partition(".")[0], expected[""])
        torch.testing.assert_close(weight.detach(), old - 0.5 * scale * gradient)
    assert optimizer.rate(1) == 0.5  # of weights without a factor of their own


@pytest.mark.parametrize("path", ["discriminator.lost", "generator", "discriminator.las"])
def test_an_unknown_path_of_lr_scale_is_refused_with_the_near_ones(path: str) -> None:
    with pytest.raises(
        UsageError, match=rf"lr_scale: the player has no weights '{path}'"
    ) as caught:
        game_of(recipe_with("adam", lr_scale={path: 0.1}), registry())  # before there is an engine
    assert "discriminator.last" in str(caught.value)


def test_frozen_weights_and_the_other_players_are_left_out() -> None:
    game = game_of(recipe_with("sgd"), registry())
    game.discriminator.last.weight.requires_grad_(False)
    optimizer = PlayerOptimizer(game.optimizers["d"], game, "d")
    own = [weight for weight in game.discriminator.parameters() if weight.requires_grad]
    assert all(map(lambda a, b: a is b, optimizer.parameters, own))
    assert len(optimizer.parameters) == len(own) == 3


def test_a_weight_that_two_names_share_is_moved_once() -> None:
    game = game_of(recipe_with("sgd"), registry())
    game.discriminator.again = game.discriminator.last
    optimizer = PlayerOptimizer(game.optimizers["d"], game, "d")
    assert len({id(weight) for weight in optimizer.parameters}) == len(optimizer.parameters) == 4
    assert isinstance(game.discriminator.again, nn.Linear)
