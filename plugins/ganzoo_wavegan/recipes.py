"""The recipe: data, and no torch."""

from ganzoo import Part, Recipe

_ADAM = Part("adam", {"lr": 2e-4, "betas": (0.0, 0.99)})

WAVEGAN = Recipe(
    name="wavegan",
    summary="Short waveforms, by convolutions over time",
    paper="arXiv:1802.04208",
    generator=Part("wavegan"),
    discriminator=Part("wavegan"),
    loss=Part("wasserstein"),
    penalties=(Part("gradient-penalty"),),
    prior=Part("uniform", {"dim": 100}),
    dataset=Part("tones"),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=4000,
    batch_size=64,
    ema=0.995,
    samples=8,
)

RECIPES = (WAVEGAN,)
