"""GANs whose discriminator classifies the samples: AC-GAN (arXiv:1610.09585) and ReACGAN
(arXiv:2111.01118)."""

from ganzoo import hookimpl
from ganzoo_acgan.recipes import RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "auxiliary-classifier",
        "ganzoo_acgan.losses:AuxiliaryClassifier",
        summary="Cross-entropy of the class that D predicts, for D and for G",
        paper="arXiv:1610.09585, equation 3",
    )
    registry.loss(
        "d2d-ce",
        "ganzoo_acgan.contrastive:DataToData",
        summary="D2D-CE: a sample is near its label's vector, and far from other classes' samples",
        paper="arXiv:2111.01118, section 3",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
