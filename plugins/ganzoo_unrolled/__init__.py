"""Unrolled GAN (arXiv:1611.02163): G's gradient goes through k updates of D."""

from ganzoo import hookimpl
from ganzoo_unrolled.recipes import PAPER, RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.game(
        "unrolled",
        "ganzoo_unrolled.games:Unrolled",
        summary="G's gradient goes through k further updates of D",
        paper=f"{PAPER}, equation 10",
    )
    registry.loss(
        "saddle",
        "ganzoo_unrolled.losses:Saddle",
        summary="G minimises the whole value that D maximises, with the term of real samples",
        paper=f"{PAPER}, equation 1",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
