"""The games and networks of the recipes for images play at other sizes than their own: gray and
colour, 28 to 64 pixels, square and not."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from ganzoo import Recipe, Spec
from ganzoo.assembly.build import build

from .plugins.small import IMAGE_GAMES, LARGE, REGISTRY, with_small_parts
from .test_matrix import played

SIZES = [*product((1, 3), (28, 32, 64))]
BATCH = 4


def plays_and_draws(recipe: Recipe, shape: tuple[int, int, int]) -> None:
    """One step on noise in batches of 4, then samples: of the right shape, and in range."""
    torch.manual_seed(0)
    game = build(recipe, Spec(shape, classes=10, low=recipe.low, high=recipe.high), REGISTRY)
    updates = played(game, recipe, 1, n=BATCH)
    assert updates
    assert all(loss.isfinite() for update in updates for loss in update.values())
    assert all(weight.isfinite().all() for weight in game.parameters())
    game.eval()
    with torch.no_grad():
        noise = game.noise(3).replace(cond={"source": torch.zeros(3, *shape)})
        x = game.generate(noise).x
    assert x.shape == (3, *shape)
    assert x.isfinite().all()
    assert recipe.low <= x.min()
    assert x.max() <= recipe.high


@pytest.mark.parametrize(("channels", "side"), SIZES)
@pytest.mark.parametrize("name", IMAGE_GAMES)
def test_a_recipe_plays_at_any_size_made_small(name: str, channels: int, side: int) -> None:
    plays_and_draws(with_small_parts(REGISTRY.recipe(name)), (channels, side, side))


@pytest.mark.parametrize("name", IMAGE_GAMES)
def test_a_recipe_plays_on_images_that_are_not_square(name: str) -> None:
    plays_and_draws(with_small_parts(REGISTRY.recipe(name)), (3, 18, 25))


@pytest.mark.parametrize("name", sorted({*IMAGE_GAMES} - LARGE))
def test_a_recipe_plays_as_it_is_at_28_pixels(name: str) -> None:
    plays_and_draws(REGISTRY.recipe(name), (1, 28, 28))
