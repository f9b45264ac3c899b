"""FastGAN (arXiv:2101.04775): light networks for a hundred images, D trained as an encoder too."""

from ganzoo import hookimpl
from ganzoo_fastgan.recipes import PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "fastgan",
        "ganzoo_fastgan.generator:FastGANGenerator",
        summary="One convolution at each size; small maps weigh the channels of large ones",
        paper=f"{PAPER}, section 3.1",
    )
    registry.discriminator(
        "fastgan",
        "ganzoo_fastgan.discriminator:FastGANDiscriminator",
        summary="Residual halvings to scores of patches, with decoders of the maps",
        paper=f"{PAPER}, section 3.2",
    )
    registry.penalty(
        "reconstruction",
        "ganzoo_fastgan.penalties:Reconstruction",
        summary="How far D's decoders are from the real images that D has seen",
        paper=f"{PAPER}, section 3.2",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
