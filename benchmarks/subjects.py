"""The trainings that are measured: recipes, and made-up data of the shapes that they are for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from ganzoo import Data, Game, Part, Recipe, Registry
from ganzoo.assembly.build import build

REGISTRY = Registry.discover()
SAMPLES = 2_000
ADAM = Part("adam", {"lr": 2e-4, "betas": (0.5, 0.999)})
COMMON: dict[str, Any] = {"ema": 0.0, "low": -1.0, "optimizer": {"d": ADAM, "g": ADAM}}


@dataclass(frozen=True)
class Subject:
    """A training that is measured. shape: of a sample. tutorial: the tutorial whose loop trains the
    same networks; None where there is no such tutorial. convolutional: whether the memory format
    of images matters. shares: whether the fakes of D's update can serve G's."""

    name: str
    recipe: Recipe
    shape: tuple[int, int, int]
    tutorial: str | None = None
    convolutional: bool = True
    shares: bool = True

    def data(self, samples: int = SAMPLES) -> Data:
        """Random images."""
        generator = torch.Generator().manual_seed(0)
        x = torch.randint(0, 256, (samples, *self.shape), generator=generator, dtype=torch.uint8)
        return Data(x)

    def game(self, **options: bool) -> Game:
        """The game, with new weights."""
        torch.manual_seed(0)
        recipe = self.playing(**options)
        return build(recipe, self.data(1).spec(recipe.low, recipe.high), REGISTRY)

    def playing(self, **options: bool) -> Recipe:
        """The recipe with further options of its last game."""
        *first, last = self.recipe.game
        changed = Part(last.name, {**last.options, **options})
        return self.recipe.replace(game=(*first, changed))


def subjects() -> list[Subject]:
    """All trainings, the smallest networks first."""
    recipe = REGISTRY.recipe
    dcgan = recipe("dcgan").replace(
        generator=Part("dcgan", {"width": 32}),
        discriminator=Part("dcgan", {"width": 32}),
        **COMMON,
    )
    return [
        Subject("mlp", mlp(), (1, 28, 28), "gan", convolutional=False),
        Subject("goodfellow-2014", recipe("goodfellow-2014"), (1, 28, 28), None, False, False),
        Subject("dcgan-32", dcgan, (1, 32, 32), "gan"),
        Subject("dcgan-64", dcgan, (3, 64, 64), "gan"),
        Subject("wgan-gp", wgan_gp(), (1, 28, 28), "wgan-gp"),
        Subject("r3gan", recipe("r3gan").replace(ema=0.0), (1, 28, 28)),
    ]


def wgan_gp() -> Recipe:
    """The recipe with the paper's five updates of the critic in a step."""
    game = Part("standard", {"d_updates": 5})
    return REGISTRY.recipe("wgan-gp").replace(game=(game,), ema=0.0)


def mlp(width: int = 128) -> Recipe:
    """Multilayer perceptrons of the sizes in PyTorch-GAN's gan.py, where ``width`` is 128."""
    return REGISTRY.recipe("vanilla-mlp").replace(
        generator=Part(
            "mlp",
            {
                "hidden": (width, 2 * width, 4 * width, 8 * width),
                "activation": "leaky-relu",
                "batch_norm": True,
            },
        ),
        discriminator=Part("mlp", {"hidden": (4 * width, 2 * width), "dropout": 0.0}),
        prior=Part("normal", {"dim": 100}),
        **COMMON,
    )
