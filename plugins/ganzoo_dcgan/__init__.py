"""DCGAN (arXiv:1511.06434): convolutional networks for images of many sizes, in gray and colour."""

from ganzoo import hookimpl
from ganzoo_dcgan.recipes import DCGAN

PAPER = "arXiv:1511.06434"


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "dcgan",
        "ganzoo_dcgan.networks:DCGANGenerator",
        summary="Transposed convolutions from z to an image",
        paper=PAPER,
    )
    registry.discriminator(
        "dcgan",
        "ganzoo_dcgan.networks:DCGANDiscriminator",
        summary="Strided convolutions from an image to a score",
        paper=PAPER,
    )
    registry.recipe(DCGAN)
