"""The recipe: data, and no torch."""

from ganzoo import Part, Recipe

PAPER = "arXiv:1710.10196"

_ADAM = Part("adam", {"lr": 1e-3, "betas": (0.0, 0.99)})

PROGRESSIVE = Recipe(
    name="progressive",
    summary="Networks that begin with small images and grow to the whole size while they train",
    paper=PAPER,
    generator=Part("progressive"),
    discriminator=Part("progressive"),
    loss=Part("wasserstein"),
    penalties=(Part("gradient-penalty"), Part("drift")),
    prior=Part("normal", {"dim": 128}),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=6000,
    batch_size=32,
    ema=0.999,
    tuned_size=(28, 28),
)
