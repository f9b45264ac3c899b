"""The GAN paper (arXiv:1406.2661) reproduced: ``ganzoo reproduce goodfellow-2014``."""

from ganzoo import hookimpl
from ganzoo_goodfellow_2014.recipes import RECIPES


@hookimpl
def ganzoo_register(registry):
    for recipe in RECIPES:
        registry.recipe(recipe)


@hookimpl
def ganzoo_commands(cli):
    from ganzoo_goodfellow_2014.command import goodfellow_2014

    cli.commands["reproduce"].add_command(goodfellow_2014)
