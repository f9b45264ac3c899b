"""PacGAN (arXiv:1712.04086): recipes in which D scores several samples at once."""

from ganzoo import hookimpl
from ganzoo_pacgan.recipes import RECIPES


@hookimpl
def ganzoo_register(registry):
    for recipe in RECIPES:
        registry.recipe(recipe)
