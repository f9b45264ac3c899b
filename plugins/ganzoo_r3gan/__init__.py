"""R3GAN (arXiv:2501.05441): the relativistic loss with R1 and R2, plain residual networks."""

from ganzoo import hookimpl
from ganzoo_r3gan.recipes import PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "r3gan",
        "ganzoo_r3gan.networks:R3GANGenerator",
        summary="Residual blocks without normalisation from z to an image",
        paper=f"{PAPER}, section 3",
    )
    registry.discriminator(
        "r3gan",
        "ganzoo_r3gan.networks:R3GANDiscriminator",
        summary="Residual blocks without normalisation from an image to a score",
        paper=f"{PAPER}, section 3",
    )
    registry.loss(
        "relativistic",
        "ganzoo_r3gan.losses:Relativistic",
        summary="The score of each fake is compared with the score of a real sample",
        paper=f"{PAPER}, equation 2",
    )
    registry.schedule(
        "half-life",
        "ganzoo_r3gan.schedules:HalfLife",
        summary="The decay of an average whose half-life grows along half a cosine",
        paper=PAPER,
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
