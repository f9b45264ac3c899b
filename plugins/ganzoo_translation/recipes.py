"""The recipes: data, and no torch."""

from typing import Any

from ganzoo import Part, Recipe

PIX2PIX, CYCLEGAN, CUT = "arXiv:1611.07004", "arXiv:1703.10593", "arXiv:2007.15651"
BETAS = (0.5, 0.999)


def falling(lr: float) -> dict[str, Any]:
    """Options of Adam: the learning rate is ``lr`` in the first half of a training, and then falls
    to 0."""
    return {
        "lr": {"schedule": "linear", "start": lr, "end": 0.0, "since": 0.5},
        "betas": BETAS,
    }


RECIPE_PIX2PIX = Recipe(
    name="pix2pix",
    summary="Translation of images from pairs: digits from their outlines",
    paper=PIX2PIX,
    generator=Part("unet", {"width": 32, "dropout_levels": 1}),
    discriminator=Part("patches", {"width": 32, "halvings": 2}),
    loss=Part("non-saturating"),
    extra_losses=(Part("paired-l1", {"weight": 100.0}),),
    prior=Part("bernoulli", {"dim": 64}),
    dataset=Part("outlines"),
    optimizer={player: Part("adam", {"lr": 2e-4, "betas": BETAS}) for player in ("d", "g")},
    steps=4000,
    batch_size=32,
)

_TRANSLATOR = Part("residual-translator", {"width": 16, "blocks": 3})
_PATCHES = Part(
    "patches", {"width": 32, "halvings": 2, "normalisation": "instance", "conditional": False}
)

RECIPE_CYCLEGAN = Recipe(
    name="cyclegan",
    summary="Translation in two directions without pairs: digits and their negatives",
    paper=CYCLEGAN,
    generator=_TRANSLATOR,
    discriminator=_PATCHES,
    networks={"inverse": _TRANSLATOR, "source_discriminator": _PATCHES},
    loss=Part("least-squares"),
    penalties=(Part("cycle", {"weight": 5.0}), Part("identity", {"weight": 2.5})),
    game=Part("two-way"),
    prior=Part("normal", {"dim": 1}),  # not read
    dataset=Part("negatives"),
    optimizer={player: Part("adam", falling(2e-4)) for player in ("d", "g")},
    steps=5000,
    batch_size=8,
)

RECIPE_CUT = Recipe(
    name="cut",
    summary="Translation in one direction without pairs, by contrasts of patches",
    paper=CUT,
    generator=_TRANSLATOR,
    discriminator=_PATCHES,
    loss=Part("least-squares"),
    penalties=(Part("patch-nce", {"weight": 1.0, "patches": 64}),),
    game=Part("patch-contrast"),
    prior=Part("normal", {"dim": 1}),  # not read
    dataset=Part("thicker"),
    optimizer={player: Part("adam", falling(2e-4)) for player in ("d", "g")},
    steps=5000,
    batch_size=8,
)

RECIPES = (RECIPE_PIX2PIX, RECIPE_CYCLEGAN, RECIPE_CUT)
