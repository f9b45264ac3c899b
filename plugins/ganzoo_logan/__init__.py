"""LOGAN: latent optimisation (arXiv:1912.00953)."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.game(
        "latent-optimisation",
        "ganzoo_logan.games:LatentOptimisation",
        summary="The noise of a training takes a step towards a higher score before G reads it",
        paper="arXiv:1912.00953, section 3",
    )
