"""Small games of installed parts, on images and vectors made on the spot."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganzoo import Data, Engine, Part, Recipe, Registry
from ganzoo.assembly.build import build
from ganzoo.assembly.signature import options_of

REGISTRY = Registry.discover()
# What makes a component small, wherever it has such an option.
SMALL: dict[str, Any] = {
    "hidden": (8,),
    "units": (6,),
    "pieces": 2,
    "width": 4,
    "decoder_width": 4,
    "code": 3,
    "w_dim": 8,
    "channels_max": 16,
    "blocks": 1,
    "group": 4,
    "dim": 3,
    "burst": 2,
    "k": 1,
    "count": 100,
}
# The kinds of components that are checked in a small size.
SMALLER = ("generator", "discriminator", "penalty", "game", "dataset")
# Recipes whose networks have 20 million weights and more: a step takes seconds on a CPU.
LARGE = {"fastgan", "r3gan-64", "stylegan2-ada"}
# Recipes whose generators make a sample of an image, and not of noise.
TRANSLATORS = {"cut", "cyclegan", "pix2pix"}
# Generators that get an equal part of the noise at each moment, so that it cannot be short.
FOR_EACH_MOMENT = {"recurrent"}
# Datasets whose samples are not images.
NO_IMAGES = {
    entry.name
    for entry in REGISTRY.entries("dataset")
    if str(entry.target).startswith("ganzoo.data.toy:")
    or entry.name in {"people", "sines", "table", "tones"}
}


def by_networks(recipe: Recipe) -> Hashable:
    """Recipes that agree in it have the same game and the same networks, up to options."""
    return tuple(g.bare for g in recipe.game), recipe.generator.bare, recipe.discriminator.bare


def by_generator(recipe: Recipe) -> Hashable:
    """Recipes that agree in it draw samples alike."""
    game = tuple(g.bare for g in recipe.game)
    return game, repr(recipe.generator), recipe.prior.bare, recipe.dataset.bare in NO_IMAGES


def one_of_each(key: Callable[[Recipe], Hashable], recipes: Iterable[Recipe]) -> list[str]:
    """The name of the first recipe with each key, for tests that would walk over all recipes."""
    first: dict[Hashable, str] = {}
    for recipe in recipes:
        first.setdefault(key(recipe), recipe.name)
    return [*first.values()]


_RECIPES = [REGISTRY.recipe(entry.name) for entry in REGISTRY.entries("recipe")]
_FROM_NOISE = [recipe for recipe in _RECIPES if recipe.name not in TRANSLATORS]
_OF_IMAGES = [recipe for recipe in _RECIPES if recipe.dataset.bare not in NO_IMAGES]
# One recipe of each generator that makes samples of noise.
GENERATORS = one_of_each(by_generator, _FROM_NOISE)
# One recipe of each game and networks that play on images, and of these the recipes that make
# images of noise.
IMAGE_GAMES = one_of_each(by_networks, _OF_IMAGES)
IMAGE_GAMES_FROM_NOISE = [name for name in IMAGE_GAMES if name not in TRANSLATORS]
ADAM = Part("adam", {"lr": 1e-2})
PLAIN = Recipe(
    name="plain",
    generator=Part("mlp", {"hidden": (8,)}),
    discriminator=Part("mlp", {"hidden": (8,)}),
    loss=Part("non-saturating"),
    prior=Part("normal", {"dim": 3}),
    optimizer={"d": ADAM, "g": ADAM},
    steps=2,
    batch_size=4,
    low=0.0,
    high=1.0,
)


def shrunk(recipe: Recipe) -> Recipe:
    """The recipe with all its components small, for two steps on batches of four."""
    return with_small_parts(recipe).replace(steps=2, batch_size=4)


def with_small_parts(recipe: Recipe) -> Recipe:
    """The recipe with small networks, short noise, and few updates in a step."""
    kinds = ("network", "generator", "discriminator")
    known = {kind: [entry.name for entry in REGISTRY.entries(kind)] for kind in kinds}

    def network(part: Part) -> Part:
        return small(next(kind for kind in kinds if part.bare in known[kind]), part)

    one = ["generator", "discriminator", "loss"]
    if recipe.generator.bare not in FOR_EACH_MOMENT:
        one.append("prior")
    return recipe.replace(
        **{kind: small(kind, getattr(recipe, kind)) for kind in one},
        networks={role: network(part) for role, part in recipe.networks.items()},
        penalties=tuple(small("penalty", part) for part in recipe.penalties),
        game=tuple(small("game", part) for part in recipe.game),
    )


def small(kind: str, part: Part) -> Part:
    """The component made small. Options that SMALL does not have stay as they are, and so does a
    network without hidden layers. An option that is one number gets the first of several."""
    known = options_of(REGISTRY.get(kind, part.name).load(), kind)
    fitting = {
        name: value
        for name, value in SMALL.items()
        if name in known and part.options.get(name, known[name].default) != ()
    }
    for name, value in fitting.items():
        if isinstance(value, tuple) and isinstance(known[name].default, int):
            fitting[name] = value[0]
    return Part(part.name, {**part.options, **fitting})


def affordable(name: str) -> Recipe:
    """The registered recipe, made small if it is large."""
    recipe = REGISTRY.recipe(name)
    return shrunk(recipe) if name in LARGE else recipe


def images(*shape: int, count: int = 12, classes: int = 0) -> Data:
    """Random images of that shape (C, H, W)."""
    dice = torch.Generator().manual_seed(0)
    x = torch.randint(0, 256, (count, *shape), generator=dice).to(torch.uint8)
    return Data(x, torch.arange(count) % classes if classes else None, classes)


def like_its_own(recipe: Recipe) -> Data:
    """A few samples of the recipe's dataset, or random images in place of images."""
    if recipe.dataset.bare not in NO_IMAGES:
        return images(1, 28, 28, classes=10)
    dataset = REGISTRY.get("dataset", recipe.dataset.name).load()
    return dataset(count=50).load(Path(), "train")


def vectors(dim: int = 2, count: int = 12) -> Data:
    return Data(torch.randn(count, dim, generator=torch.Generator().manual_seed(0)))


def engine_of(recipe: Recipe, data: Data) -> Engine:
    """The recipe's game, its weights from a fixed seed, ready to be trained on the data."""
    torch.manual_seed(0)
    game = build(recipe, data.spec(recipe.low, recipe.high), REGISTRY)
    game.prepare(data)
    return Engine(game, data, recipe)


def weights(engine: Engine) -> dict[str, Tensor]:
    return {name: weight.clone() for name, weight in engine.game.named_parameters()}
