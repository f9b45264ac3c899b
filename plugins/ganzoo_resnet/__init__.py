"""Residual networks with spectral normalisation, and the conditional GANs that have them: the
projection GAN (arXiv:1802.05637), SAGAN (arXiv:1805.08318), BigGAN (arXiv:1809.11096)."""

from ganzoo import hookimpl
from ganzoo_resnet.recipes import RECIPES

PAPER = "arXiv:1802.05957, appendix B.4"


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "resnet",
        "ganzoo_resnet.generator:ResNetGenerator",
        summary="Residual blocks; labels and parts of z set gain and bias of the normalisation",
        paper=PAPER,
    )
    registry.discriminator(
        "resnet",
        "ganzoo_resnet.discriminator:ResNetDiscriminator",
        summary="Residual blocks with spectral normalisation, and labels by projection",
        paper=PAPER,
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
