"""The recipe: data, and no torch."""

from ganzoo import Adam, Part, Recipe

_ADAM = Adam(lr=2e-4, betas=(0.5, 0.999))

DCGAN = Recipe(
    name="dcgan",
    summary="Convolutions with batch normalisation, and the non-saturating loss",
    paper="arXiv:1511.06434",
    generator=Part("dcgan", {"width": 32}),
    discriminator=Part("dcgan", {"width": 32}),
    loss=Part("non-saturating"),
    prior=Part("uniform", {"dim": 100}),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=4000,
    batch_size=64,
    ema=0.999,
)
