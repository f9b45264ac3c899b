"""A recurrent GAN for series of numbers (arXiv:1706.02633)."""

from ganzoo import hookimpl
from ganzoo_rgan.recipes import RECIPES

PAPER = "arXiv:1706.02633"


@hookimpl
def ganzoo_register(registry):
    registry.dataset(
        "sines",
        "ganzoo_rgan.sines:Sines",
        summary="20,000 sines of 30 moments, with random frequencies, phases and amplitudes",
        paper=f"{PAPER}, section 4.1",
    )
    registry.generator(
        "recurrent",
        "ganzoo_rgan.networks:RecurrentGenerator",
        summary="An LSTM with new noise at each moment",
        paper=f"{PAPER}, section 3",
    )
    registry.discriminator(
        "recurrent",
        "ganzoo_rgan.networks:RecurrentDiscriminator",
        summary="An LSTM with a score for each moment",
        paper=f"{PAPER}, section 3",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
