"""What the GAN paper proves, seen to happen: arXiv:1406.2661, section 4, on a one-dimensional bell.

Seeds are fixed; each holds for seeds 0 to 4 with a margin of a factor two or more.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import ganzoo
import ganzoo_vanilla_mlp
from ganzoo import (
    Data,
    Dataset,
    Game,
    Generator,
    Part,
    Recipe,
    Registry,
    Spec,
    hookimpl,
)
from ganzoo.assembly.build import build
from ganzoo.recipe import from_dict
from ganzoo.run import Run, checkpoint

from .toy import registry_of

MEAN, STD = 1.5, 0.7
LINE = Spec((1,), low=-math.inf, high=math.inf)


class Bell(Dataset):
    """The quantiles of a normal distribution."""

    def load(self, root: Path, split: str) -> Data:
        levels = (torch.arange(20_000) + 0.5) / 20_000
        x = torch.distributions.Normal(MEAN, STD).icdf(levels)
        return Data(x[:, None], source="memory")


class Still(Generator):
    """x = z: p_g is the prior, whatever happens."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.nothing = nn.Parameter(torch.zeros(()))

    def forward(self, z: Tensor) -> Tensor:
        return z + 0 * self.nothing


class Theory:
    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.dataset("bell", Bell)
        registry.generator("still", Still)


@pytest.fixture
def registry() -> Registry:
    return registry_of(ganzoo_vanilla_mlp, theory=Theory())


def recipe(steps: int, lr: float, **changes) -> Recipe:
    adam = Part("adam", {"lr": {"schedule": "linear", "start": lr}})
    return Recipe(
        name="theory",
        generator=Part("mlp", {"hidden": []}),  # an affine map of z: all that it takes
        discriminator=Part("mlp", {"hidden": [32, 32], "dropout": 0.0}),
        loss=Part("non-saturating"),
        prior=Part("normal", {"dim": 1}),
        dataset=Part("bell"),
        optimizer={"d": adam, "g": adam},
        steps=steps,
        batch_size=256,
        log_every=50,
        checkpoint_every=steps,
        sample_every=steps,
    ).replace(**changes)


def game_of(run: Run, registry: Registry) -> Game:
    """The game as it ended."""
    state, *_ = checkpoint.newest(run)
    game = build(from_dict(run.config["recipe"]), LINE, registry)
    start = "game."
    game.load_state_dict(
        {k.removeprefix(start): v for k, v in state.items() if k.startswith(start)}
    )
    return game.eval()


@torch.no_grad()
def d_of(game: Game, x: Tensor) -> Tensor:
    """D(x), as a probability."""
    return game.discriminator(x[:, None]).sigmoid()


def density(x: Tensor, mean: float, std: float) -> Tensor:
    return torch.distributions.Normal(mean, std).log_prob(x).exp()


@pytest.mark.parametrize("loss", ["non-saturating", "minimax"])
def test_with_g_fixed_d_tends_to_p_data_over_p_data_plus_p_g(train, registry, loss: str) -> None:
    """Proposition 1."""
    alone = {"game": Part("standard", {"g_updates": 0}), "generator": Part("still")}
    run = train(recipe=recipe(800, lr=5e-3, loss=Part(loss), **alone), registry=registry)
    x = torch.linspace(-2, 3, 51)
    p_data, p_g = density(x, MEAN, STD), density(x, 0, 1)
    d = d_of(game_of(run, registry), x)
    optimum = p_data / (p_data + p_g)
    assert optimum.min() < 0.01  # it is no constant that D has to find
    assert optimum.max() > 0.8
    torch.testing.assert_close(d, optimum, atol=0.06, rtol=0)


@pytest.mark.parametrize("loss", ["non-saturating", "minimax"])
def test_at_the_end_of_the_game_d_is_one_half_and_p_g_is_p_data(train, registry, loss) -> None:
    """Theorem 1."""
    ended = recipe(1200, lr=1e-2, loss=Part(loss), ema=0.99)
    run = train(recipe=ended, registry=registry)
    first, last = run.metrics()[0], run.metrics()[-1]
    x = torch.linspace(MEAN - 2 * STD, MEAN + 2 * STD, 51)
    d = d_of(game_of(run, registry), x)
    torch.testing.assert_close(d, torch.full_like(d, 0.5), atol=0.06, rtol=0)
    assert first["d_accuracy"] > 0.6  # it was another thing at the start
    assert last["d_accuracy"] == pytest.approx(0.5, abs=0.03)
    assert last["loss_d"] == pytest.approx(math.log(4), abs=0.01)
    samples = ganzoo.load(run, registry=registry).sample(10_000)
    assert samples.mean().item() == pytest.approx(MEAN, abs=0.06)
    assert samples.std().item() == pytest.approx(STD, abs=0.06)
