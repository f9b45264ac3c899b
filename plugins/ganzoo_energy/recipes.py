"""The recipes: data, and no torch."""

from ganzoo import Variant

BEGAN_PAPER, EBGAN_PAPER = "arXiv:1703.10717", "arXiv:1609.03126"

# An autoencoder reconstructs an image of zeros from the start. Where black is 0, G first makes
# black images, which k or the margin then forbids. With [-1, 1], G stayed at gray images.
RANGE = {"low": 0.0, "elsewhere": {}}

BEGAN = Variant(
    name="began",
    of="dcgan",
    summary="A D that is an autoencoder, in balance with G",
    paper=BEGAN_PAPER,
    changes={
        "discriminator": {"name": "autoencoder"},
        # D gains from raising the energy of a sample where k p_g > p_data, so k bounds p_g by
        # p_data / k. Digits of little ink have little energy: with k near 0 G draws few others.
        "loss": {"name": "began", "gamma": 1.0, "lambda_k": 0.2},
        "optimizer.d.lr.start": 5e-4,
        "optimizer.g.lr.start": 5e-4,
        "prior": {"name": "uniform", "dim": 64},
        **RANGE,
    },
)

EBGAN = Variant(
    name="ebgan",
    of="dcgan",
    summary="A D that is an autoencoder, whose error on fakes is at least a margin",
    paper=EBGAN_PAPER,
    changes={
        "discriminator": {"name": "autoencoder", "energy": "squared"},
        "loss": {"name": "ebgan", "margin": 0.05},
        # In the paper 0.1, beside energies of a larger scale.
        "penalties": [{"name": "pulling-away", "weight": 0.001}],
        **RANGE,
        "steps": 6000,
    },
)

RECIPES = (BEGAN, EBGAN)
