"""The GAN paper (arXiv:1406.2661) done again: ``ganzoo reproduce goodfellow-2014``."""

from ganzoo import hookimpl
from ganzoo_goodfellow_2014.recipes import FIGURE_1


@hookimpl
def ganzoo_register(registry):
    registry.recipe(FIGURE_1)


@hookimpl
def ganzoo_commands(cli):
    from ganzoo_goodfellow_2014.command import goodfellow_2014

    cli.commands["reproduce"].add_command(goodfellow_2014)
