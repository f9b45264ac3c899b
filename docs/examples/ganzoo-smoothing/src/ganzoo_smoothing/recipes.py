"""The recipe: data, and no torch. It names networks of another plugin."""

from ganzoo import Part, Recipe

SMOOTH_MLP = Recipe(
    name="smooth-mlp",
    summary="The vanilla GAN with one-sided label smoothing and Laplace noise",
    paper="arXiv:1606.03498, section 3.4",
    generator=Part("mlp"),
    discriminator=Part("mlp"),
    loss=Part("one-sided", {"smoothing": 0.1}),
    prior=Part("laplace"),
    optimizer={"d": Part("adam", {"lr": 2e-4}), "g": Part("adam", {"lr": 2e-4})},
    steps=20_000,
    batch_size=64,
    ema=0.999,
)
