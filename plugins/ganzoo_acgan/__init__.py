"""GANs whose discriminator classifies the samples: AC-GAN (arXiv:1610.09585), ContraGAN
(arXiv:2006.12681) and ReACGAN (arXiv:2111.01118)."""

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
        "conditional-contrastive",
        "ganzoo_acgan.contrastive:ConditionalContrastive",
        summary="2C: the embedding of a sample is near those of its class, and near its label's",
        paper="arXiv:2006.12681, section 3.2",
    )
    registry.loss(
        "d2d-ce",
        "ganzoo_acgan.contrastive:DataToData",
        summary="D2D-CE: a sample is near its label's vector, and far from other classes' samples",
        paper="arXiv:2111.01118, section 3",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
