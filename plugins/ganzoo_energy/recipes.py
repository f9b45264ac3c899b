"""The recipes: data, and no torch."""

from ganzoo import Variant

BEGAN_PAPER, EBGAN_PAPER = "arXiv:1703.10717", "arXiv:1609.03126"

BEGAN = Variant(
    name="began",
    of="dcgan",
    summary="A D that is an autoencoder, held in balance with G by a moving weight",
    paper=BEGAN_PAPER,
    changes={
        "discriminator": {"name": "autoencoder"},
        "loss": {"name": "began", "gamma": 0.75, "lambda_k": 0.02},
        "prior": {"name": "uniform", "dim": 64},
    },
)

EBGAN = Variant(
    name="ebgan",
    of="dcgan",
    summary="A D that is an autoencoder, whose error on fakes is at least a margin",
    paper=EBGAN_PAPER,
    changes={
        "discriminator": {"name": "autoencoder", "energy": "squared"},
        "loss": {"name": "ebgan", "margin": 0.1},
        "penalties": ["pulling-away"],
    },
)

RECIPES = (BEGAN, EBGAN)
