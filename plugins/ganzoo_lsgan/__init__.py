"""Least squares GAN (arXiv:1611.04076)."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1611.04076"

LSGAN = Variant(
    name="lsgan",
    of="dcgan",
    summary="DCGAN's networks with the least-squares loss",
    paper=PAPER,
    changes={"loss": "least-squares"},
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "least-squares",
        "ganzoo_lsgan.losses:LeastSquares",
        summary="Squared distances of scores from 1 on data and from 0 on fakes",
        paper=f"{PAPER}, equation 9",
    )
    registry.recipe(LSGAN)
