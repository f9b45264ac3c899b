"""GANs whose discriminator is an autoencoder: EBGAN (arXiv:1609.03126), BEGAN (arXiv:1703.10717)
and MMD GAN (arXiv:1705.08584)."""

from ganzoo import hookimpl
from ganzoo_energy.recipes import BEGAN_PAPER, EBGAN_PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.discriminator(
        "autoencoder",
        "ganzoo_energy.networks:Autoencoder",
        summary="An autoencoder; the score is minus its reconstruction error",
        paper=f"{BEGAN_PAPER}, section 3",
    )
    registry.loss(
        "began",
        "ganzoo_energy.losses:BEGAN",
        summary="A balance k keeps the energy of fakes at a share of the energy of data",
        paper=f"{BEGAN_PAPER}, section 3",
    )
    registry.loss(
        "ebgan",
        "ganzoo_energy.losses:EBGAN",
        summary="Low energy on data, and at least a margin on fakes",
        paper=f"{EBGAN_PAPER}, section 2.1",
    )
    registry.penalty(
        "pulling-away",
        "ganzoo_energy.penalties:PullingAway",
        summary="The codes of different fakes point in different directions",
        paper=f"{EBGAN_PAPER}, section 2.4",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
