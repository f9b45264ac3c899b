"""StyleGAN2 (arXiv:1912.04958): styles modulate each layer of the generator."""

from ganzoo import hookimpl
from ganzoo_stylegan2.recipes import PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "stylegan2",
        "ganzoo_stylegan2.generator:StyleGAN2Generator",
        summary="A mapping network, and convolutions that its styles modulate",
        paper=f"{PAPER}, section 2",
    )
    registry.discriminator(
        "stylegan2",
        "ganzoo_stylegan2.discriminator:StyleGAN2Discriminator",
        summary="Residual blocks, and the deviation within the batch",
        paper=f"{PAPER}, section 4.1",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
