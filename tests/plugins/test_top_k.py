"""Top-k training, on any game."""

from __future__ import annotations

import pytest
import torch

from ganzoo import Batch, Engine, Game, Part, Recipe, Registry, Scores
from ganzoo.assembly.build import build
from ganzoo.engine.capturable import obstacle
from ganzoo_top_k.games import TopK

from .small import engine_of, images, shrunk, weights

REGISTRY = Registry.discover()
DCGAN = shrunk(REGISTRY.recipe("dcgan"))
R3GAN = shrunk(REGISTRY.recipe("r3gan")).replace(penalties=())


def stacked(recipe: Recipe, **options) -> Recipe:
    return recipe.replace(game=(*recipe.game, Part("top-k", options)))


def played(recipe: Recipe) -> Engine:
    engine = engine_of(recipe, images(1, 12, 12))
    engine.advance()
    engine.advance()
    return engine


def game_of(recipe: Recipe) -> Game:
    return build(recipe, images(1, 12, 12).spec(0.0, 1.0), REGISTRY)


def scores(*values: float) -> Scores:
    x = torch.arange(len(values))[:, None].double()
    return Scores(torch.tensor(values, dtype=torch.float64, requires_grad=True), Batch(x=x))


def test_the_loss_is_that_of_the_k_best() -> None:
    game = game_of(stacked(DCGAN, share=0.5))
    fake = scores(-1.0, 3.0, 0.0, 2.0)
    loss = game.g_loss(None, fake)
    best = torch.nn.functional.softplus(-torch.tensor([3.0, 2.0], dtype=torch.float64)).mean()
    assert loss.item() == pytest.approx(best.item())
    (slope,) = torch.autograd.grad(loss, fake.score)
    assert slope[[0, 2]].tolist() == [0, 0]
    assert slope[[1, 3]].lt(0).all()


def test_real_samples_stay_with_their_fakes() -> None:
    """The relativistic loss compares pairs."""
    game = game_of(stacked(R3GAN, share=0.25))
    real, fake = scores(5.0, 6.0, 7.0, 8.0), scores(-1.0, 3.0, 0.0, 2.0)
    expected = torch.nn.functional.softplus(torch.tensor(6.0 - 3.0)).item()
    assert game.g_loss(real, fake).item() == pytest.approx(expected)


def test_patches_are_chosen_by_sample() -> None:
    game = game_of(stacked(DCGAN, share=0.5))
    patches = torch.tensor([[[4.0, -4.0]], [[1.0, 0.5]]])
    loss = game.g_loss(None, Scores(patches, Batch(x=torch.zeros(2, 1))))
    assert loss.item() == pytest.approx(torch.nn.functional.softplus(-patches[1]).mean().item())


def test_the_whole_batch_gives_the_weights_of_the_game_without_it() -> None:
    for recipe in (DCGAN, R3GAN):
        expected, actual = weights(played(recipe)), weights(played(stacked(recipe, share=1.0)))
        assert all(torch.equal(expected[name], actual[name]) for name in expected)
        other = weights(played(stacked(recipe, share=0.5)))
        assert any(not torch.equal(expected[name], other[name]) for name in expected)


def test_a_scheduled_k_falls_and_is_not_captured() -> None:
    schedule = {"schedule": "exponential", "start": 1.0, "factor": 2.0, "floor": 0.3}
    engine = played(stacked(DCGAN, share=schedule))
    assert engine.game.share == 0.5  # in the second step
    assert not engine.game.capturable
    assert game_of(stacked(DCGAN)).capturable


@pytest.mark.parametrize("name", ["dcgan", "unrolled", "vae-gan"])
def test_a_scheduled_k_is_not_captured_in_any_stack(name: str) -> None:
    """Games that say that they can be captured, and come first in the stack, do not hide it."""
    recipe = shrunk(REGISTRY.recipe(name))
    schedule = {"schedule": "exponential", "start": 1.0, "factor": 2.0, "floor": 0.3}
    assert obstacle(game_of(stacked(recipe, share=0.5)), {}) is None
    assert "cannot be captured" in obstacle(game_of(stacked(recipe, share=schedule)), {})


def test_a_class_may_say_that_it_can_be_captured_where_its_base_cannot() -> None:
    class Slow(Game):
        capturable = False

    class Fast(Slow):
        capturable = True

    game = game_of(DCGAN)
    game.__class__ = Fast
    assert obstacle(game, {}) is None


def test_top_k_does_not_hide_a_game_that_cannot_be_captured() -> None:
    class Uncaptured(Game):
        capturable = False

    class Stack(TopK, Uncaptured):
        pass

    game = game_of(stacked(DCGAN))
    game.__class__ = Stack
    assert "cannot be captured" in obstacle(game, {})
