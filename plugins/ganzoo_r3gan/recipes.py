"""The recipe: data, and no torch."""

from ganzoo import Part, Recipe

_ADAM = Part("adam", {"lr": 5e-4, "betas": (0.0, 0.99)})

R3GAN = Recipe(
    name="r3gan",
    summary="A relativistic game with R1 and R2, between residual networks without normalisation",
    paper="arXiv:2501.05441",
    generator=Part("r3gan", {"width": 8, "growth": 3, "blocks": 1}),
    discriminator=Part("r3gan", {"width": 8, "growth": 3, "blocks": 1}),
    loss=Part("relativistic"),
    penalties=(Part("r1", {"gamma": 1.0}), Part("r2", {"gamma": 1.0})),
    prior=Part("normal", {"dim": 64}),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=3000,
    batch_size=32,
    ema=0.999,
    low=0.0,
    high=1.0,
    tuned_for=("mnist", "mnist-5k", "fashion-mnist", "kmnist", "stacked-mnist"),
    elsewhere={"low": -1.0},
    sample_every=500,
)
