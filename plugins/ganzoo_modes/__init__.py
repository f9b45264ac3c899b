"""Mode coverage: how many modes of known data a generator reaches, and recipes to try it."""

from ganzoo import hookimpl
from ganzoo_modes.recipes import RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.metric(
        "modes",
        "ganzoo_modes.metrics:Modes",
        summary="Modes of a mixture that are reached, and how well",
        paper="arXiv:1712.04086, section 4.1",
    )
    registry.metric(
        "stacked-modes",
        "ganzoo_modes.stacked:StackedModes",
        summary="Of the 1000 triples of stacked digits, how many are reached",
        paper="arXiv:1712.04086, section 4.2",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
