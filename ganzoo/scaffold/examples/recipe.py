"""A whole GAN as data: small networks, with noise on a sphere."""

from ganzoo import Part, Recipe, register

# "since" is a fraction of the run: the learning rate falls from half of the run on.
RATE = {"schedule": "linear", "start": 5e-4, "end": 0.0, "since": 0.5}

MY_GAN = Recipe(
    name="my-gan",
    summary="Small perceptrons, noise on a sphere",
    generator=Part("mlp", {"hidden": (128, 256)}),
    discriminator=Part("mlp", {"hidden": (256, 128), "dropout": 0.2}),
    loss=Part("non-saturating"),
    prior=Part("uniform-sphere", {"dim": 32}),
    optimizer={
        "d": Part("adam", {"lr": RATE, "betas": (0.5, 0.99)}),
        "g": Part("adam", {"lr": RATE, "betas": (0.5, 0.99)}),
    },
    steps=5_000,
    batch_size=64,
    ema=0.99,
)

register("recipe", "my-gan")(MY_GAN)
