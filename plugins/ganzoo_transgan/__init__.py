"""TransGAN (arXiv:2102.07074): both networks are transformers, without a convolution."""

from ganzoo import hookimpl
from ganzoo_transgan.recipes import PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "transgan",
        "ganzoo_transgan.generator:TransGANGenerator",
        summary="Transformer blocks at each size, and enlargements between them",
        paper=f"{PAPER}, section 3.2",
    )
    registry.discriminator(
        "transgan",
        "ganzoo_transgan.discriminator:TransGANDiscriminator",
        summary="Transformer blocks on patches of several sizes",
        paper=f"{PAPER}, section 3.3",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
