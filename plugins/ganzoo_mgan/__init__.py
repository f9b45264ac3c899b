"""MGAN (arXiv:1708.02556): several generators that share all layers but the first."""

from ganzoo import hookimpl
from ganzoo_mgan.recipes import PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "mgan",
        "ganzoo_mgan.networks:Generators",
        summary="Several generators that share all layers but the first",
        paper=f"{PAPER}, section 3",
    )
    registry.discriminator(
        "mgan",
        "ganzoo_mgan.networks:WithClassifier",
        summary="A score, and which generator has made the sample, from the same layers",
        paper=f"{PAPER}, section 3",
    )
    registry.prior(
        "generator-choice",
        "ganzoo_mgan.priors:GeneratorChoice",
        summary="Normal noise, and which of several generators it is for",
        paper=f"{PAPER}, section 3",
    )
    registry.loss(
        "generator-choice",
        "ganzoo_mgan.losses:GeneratorChoice",
        summary="The cross-entropy of the generator that D's classifier names, for both players",
        paper=f"{PAPER}, section 3",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
