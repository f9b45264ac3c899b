"""Every recipe for images plays at other sizes than its own: gray and colour, 28 to 64 pixels,
square and not."""

from __future__ import annotations

from itertools import product

import pytest
import torch

from ganzoo import Recipe, Spec
from ganzoo.assembly.build import build

from .plugins.small import LARGE
from .test_matrix import REGISTRY, names, played, shrunk

VECTORS = {
    entry.name
    for entry in REGISTRY.entries("dataset")
    if str(entry.target).startswith("ganzoo.data.toy:")
    or entry.name in {"people", "sines", "table", "tones"}
}
RECIPES = {
    name: recipe
    for name in names("recipe")
    if (recipe := REGISTRY.recipe(name)).dataset.bare not in VECTORS
}
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


def test_these_recipes_are_for_images() -> None:
    assert {
        "vanilla-mlp",
        "dcgan",
        "cgan",
        "wgan",
        "sngan",
        "r3gan",
        "stylegan2-ada",
        "fastgan",
    } <= {*RECIPES}
    assert {"ring-8", "grid-25"} <= VECTORS


@pytest.mark.parametrize(("channels", "side"), SIZES)
@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_plays_at_any_size_made_small(name: str, channels: int, side: int) -> None:
    plays_and_draws(shrunk(RECIPES[name]), (channels, side, side))


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_plays_on_images_that_are_not_square(name: str) -> None:
    plays_and_draws(shrunk(RECIPES[name]), (3, 18, 25))


@pytest.mark.parametrize("name", sorted({*RECIPES} - LARGE))
def test_a_recipe_plays_as_it_is_at_28_pixels(name: str) -> None:
    plays_and_draws(RECIPES[name], (1, 28, 28))
