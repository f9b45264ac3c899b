"""Progressive growing (arXiv:1710.10196): networks whose layers are faded in while they train."""

from ganzoo import hookimpl
from ganzoo_progressive.recipes import PAPER, PROGRESSIVE


@hookimpl
def ganzoo_register(registry):
    registry.generator(
        "progressive",
        "ganzoo_progressive.networks:ProgressiveGenerator",
        summary="Convolutions at growing sizes, which are faded in during the training",
        paper=f"{PAPER}, section 2",
    )
    registry.discriminator(
        "progressive",
        "ganzoo_progressive.networks:ProgressiveDiscriminator",
        summary="Convolutions at falling sizes, which are faded in during the training",
        paper=f"{PAPER}, section 2",
    )
    registry.penalty(
        "drift",
        "ganzoo_progressive.penalties:Drift",
        summary="The mean square of D's scores of the data, so that they stay near 0",
        paper=f"{PAPER}, appendix A.1",
    )
    registry.recipe(PROGRESSIVE)
