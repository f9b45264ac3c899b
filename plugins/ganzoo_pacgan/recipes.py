"""The recipes: data, and no torch. ``--dataset grid-25`` trains the first one on the grid, and
``--set augmentations.pack.m=1`` trains it without packing."""

import math

from ganzoo import Part, Recipe, Variant

PAPER = "arXiv:1712.04086"

_ADAM = Part(
    "adam", {"lr": {"schedule": "linear", "start": 4e-4, "end": 1e-5}, "betas": (0.8, 0.999)}
)
# The standard deviation of the paper's initial weights is 0.02.
_START = {"init": "uniform", "init_range": 0.02 * math.sqrt(3)}

PACGAN = Recipe(
    name="pacgan",
    summary="D scores packs of four samples; perceptrons on a mixture of Gaussians",
    paper=f"{PAPER}, section 4.1",
    generator=Part("mlp", {"hidden": (400, 400, 400, 400), "batch_norm": True, **_START}),
    discriminator=Part(
        "maxout",
        {"units": (200, 200, 200), "pieces": 5, "input_dropout": 0.0, "dropout": 0.0, **_START},
    ),
    loss=Part("non-saturating"),
    prior=Part("normal", {"dim": 2}),
    augmentations=(Part("pack", {"m": 4}),),
    dataset=Part("ring-8"),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=6000,
    batch_size=400,
    samples=2500,
)

STACKED = Variant(
    name="pacgan-stacked",
    of="dcgan",
    summary="DCGAN's networks on stacked digits; D scores pairs",
    paper=f"{PAPER}, section 4.2",
    changes={
        "dataset": "stacked-mnist",
        "augmentations": [{"name": "pack", "m": 2}],
        "batch_size": 128,
    },
)

RECIPES = (PACGAN, STACKED)
