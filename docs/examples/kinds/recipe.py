"""A whole GAN as data: small networks, noise on a sphere."""

from ganzoo import Adam, Cosine, Part, Recipe, register

STEPS = 5_000
ADAM = Adam(lr=5e-4, betas=(0.5, 0.99), schedule=Cosine(end=STEPS))

MY_GAN = Recipe(
    name="my-gan",
    summary="Small perceptrons, noise on a sphere",
    generator=Part("mlp", {"hidden": (128, 256)}),
    discriminator=Part("mlp", {"hidden": (256, 128), "dropout": 0.2}),
    loss=Part("non-saturating"),
    prior=Part("uniform-sphere", {"dim": 32}),
    optimizer={"d": ADAM, "g": ADAM},
    steps=STEPS,
    batch_size=64,
    ema=0.99,
)

register("recipe", "my-gan")(MY_GAN)
