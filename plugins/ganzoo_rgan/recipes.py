"""The recipe: data, and no torch."""

from ganzoo import Part, Recipe

_ADAM = Part("adam", {"lr": 1e-3, "betas": (0.5, 0.99)})

RGAN = Recipe(
    name="rgan",
    summary="Series of numbers, by LSTMs that make and score each moment",
    paper="arXiv:1706.02633",
    generator=Part("recurrent"),
    discriminator=Part("recurrent"),
    loss=Part("non-saturating"),
    prior=Part("normal", {"dim": 150}),
    dataset=Part("sines"),
    # Without packs, nearly all samples of one training of two had the same pitch.
    augmentations=(Part("pack"),),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=6000,
    batch_size=64,
    ema=0.99,
    samples=16,
)

RECIPES = (RGAN,)
