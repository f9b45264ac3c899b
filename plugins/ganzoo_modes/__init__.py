"""Mode coverage: metrics of how many modes a generator reaches, and recipes on mixtures."""

from ganzoo import hookimpl
from ganzoo_modes.recipes import RECIPES


@hookimpl
def ganzoo_register(registry):
    registry.metric(
        "modes",
        "ganzoo_modes.metrics:Modes",
        summary="How many modes of a mixture the fakes reach, and how closely",
        paper="arXiv:1712.04086, section 4.1",
    )
    registry.metric(
        "stacked-modes",
        "ganzoo_modes.stacked:StackedModes",
        summary="How many of the 1000 triples of stacked digits the fakes reach",
        paper="arXiv:1712.04086, section 4.2",
    )
    for recipe in RECIPES:
        registry.recipe(recipe)
