"""Gradient penalties on the data and on the fakes (arXiv:1801.04406), and the GAN they steady."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1801.04406"

R1_GAN = Variant(
    name="r1-gan",
    of="dcgan",
    summary="DCGAN's networks, D without normalisation and held flat on the data",
    paper=PAPER,
    changes={
        "penalties": [
            {"name": "r1", "gamma": 20.0}
        ],  # its code weighs the norm by 10, not by 10 / 2
        "discriminator.norm": "none",
        "prior": {"name": "normal", "dim": 256},
        "optimizer.d": {"name": "rmsprop", "lr": 5e-4, "alpha": 0.99},
        "optimizer.g": {"name": "rmsprop", "lr": 5e-4, "alpha": 0.99},
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.penalty(
        "r1",
        "ganzoo_r1.penalties:R1",
        summary="No gradients on the data",
        paper=f"{PAPER}, equation 9",
    )
    registry.penalty(
        "r2",
        "ganzoo_r1.penalties:R2",
        summary="No gradients on the fakes",
        paper=f"{PAPER}, equation 10",
    )
    registry.recipe(R1_GAN)
