"""Latent optimisation: the step by hand, and its derivative."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ganzoo import Batch, Game, Part, Recipe, Registry, UsageError
from ganzoo.assembly.build import build

from .small import PLAIN, engine_of, images, shrunk, weights

REGISTRY = Registry.discover()
LINEAR = PLAIN.replace(
    generator=Part("mlp", {"hidden": [], "output": "tanh"}),
    discriminator=Part("mlp", {"hidden": []}),
)


def game_of(recipe: Recipe = LINEAR, **options: Any) -> Game:
    torch.manual_seed(0)
    given = {"step_share": 1.0, "step_weight": 0.0, **options}
    recipe = recipe.replace(game=(*recipe.game, Part("latent-optimisation", given)))
    return build(recipe, images(1, 4, 4).spec(0.0, 1.0), REGISTRY)


def drawn(game: Game, n: int = 3) -> tuple[Tensor, Batch]:
    """The noise of a training before its step, and the fakes that are made after it."""
    real = Batch(x=torch.zeros(n, 1, 4, 4))
    torch.manual_seed(1)
    z = game.prior.draw(n, device=torch.device("cpu")).z
    torch.manual_seed(1)
    return z, game.fake(real)


def by_hand(game: Game, z: Tensor, rate: float, damping: float) -> Tensor:
    """D(G(z)) = w (1 + tanh(A z + a)) / 2 + b, so its gradient is Aᵀ (w (1 - tanh²) / 2)."""
    layer, w = game.generator.last, game.discriminator.last.weight[0]
    slope = (1 - torch.tanh(layer(z)).square()) / 2  # (N, 16)
    g = (slope * w) @ layer.weight
    return rate * g / (damping + g.square().sum(1, keepdim=True))


def test_the_noise_takes_a_natural_gradient_step() -> None:
    game = game_of(step_rate=0.7, damping=0.2)
    z, fake = drawn(game)
    step = by_hand(game, z, 0.7, 0.2)
    torch.testing.assert_close(fake.z, z + step, rtol=1e-6, atol=1e-6)
    expected = game.generator(z + step)
    torch.testing.assert_close(fake.x, expected, rtol=1e-5, atol=1e-5)
    assert step.abs().max() > 1e-3


def test_the_gradient_of_the_generator_goes_through_the_step() -> None:
    """Against a hand-written loss on the same formula; without the step's derivative it differs."""
    game = game_of(step_rate=0.7, damping=0.2, step_weight=0.5)
    z, fake = drawn(game)
    loss = game.g_loss(None, game.score(fake))
    weight = game.generator.last.weight
    (slope,) = torch.autograd.grad(loss, weight)
    results = []
    for through in (True, False):
        step = by_hand(game, z, 0.7, 0.2)
        step = step if through else step.detach()
        score = game.discriminator(game.generator(z + step))
        length = step.square().sum(1).mean()
        mine = nn.functional.softplus(-score).mean() + 0.5 * length
        results.append(torch.autograd.grad(mine, weight)[0])
    torch.testing.assert_close(slope, results[0], rtol=1e-4, atol=1e-6)
    assert not torch.allclose(slope, results[1], rtol=1e-2, atol=1e-6)


def test_coordinates_outside_of_the_share_stay() -> None:
    z, fake = drawn(game_of(step_share=0.0))
    torch.testing.assert_close(fake.z, z)
    assert fake.cond["latent_step"].eq(0).all()


def test_a_prior_with_codes_is_refused() -> None:
    """The codes in z would move, and those that the loss reads would not."""
    recipe = shrunk(REGISTRY.recipe("infogan"))
    recipe = recipe.replace(game=(*recipe.game, Part("latent-optimisation")))
    with pytest.raises(UsageError, match="latent codes into z"):
        build(recipe, images(1, 12, 12).spec(0.0, 1.0), REGISTRY)


def test_samples_are_drawn_without_the_step() -> None:
    game = game_of()
    noise = game.noise(3, seed=0)
    assert torch.equal(game.generate(noise).x, game.generator(noise.z))


@pytest.mark.parametrize("name", ["dcgan", "cgan", "r3gan"])
def test_it_goes_with_a_recipe(name: str) -> None:
    recipe = shrunk(REGISTRY.recipe(name))
    recipe = recipe.replace(game=(*recipe.game, Part("latent-optimisation"), Part("top-k")))
    engine = engine_of(recipe, images(1, 12, 12, classes=3))
    before = weights(engine)
    for _ in range(2):
        assert all(value.isfinite() for report in engine.advance() for value in report.values())
    moved = [
        name for name, weight in weights(engine).items() if not torch.equal(weight, before[name])
    ]
    assert any(name.startswith("generator") for name in moved)
    assert any(name.startswith("discriminator") for name in moved)
