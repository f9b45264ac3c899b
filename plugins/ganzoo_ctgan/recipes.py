"""The recipe: data, and no torch."""

from ganzoo import Part, Recipe

_ADAM = {"lr": 2e-4, "betas": (0.5, 0.9)}

CTGAN = Recipe(
    name="ctgan",
    summary="Rows of a table with columns of numbers and of categories",
    paper="arXiv:1907.00503",
    generator=Part("ctgan"),
    discriminator=Part("mlp", {"hidden": (256, 256), "dropout": 0.5}),
    loss=Part("wasserstein"),
    penalties=(Part("gradient-penalty"),),
    augmentations=(Part("pack", {"m": 10}),),
    game=(Part("conditional-table"),),
    prior=Part("normal", {"dim": 128}),
    dataset=Part("people"),
    optimizer={
        "d": Part("adam", _ADAM),
        "g": Part("adam", {**_ADAM, "weight_decay": 1e-6}),
    },
    steps=6000,
    batch_size=500,
    ema=0.99,
    samples=2000,
)

RECIPES = (CTGAN,)
