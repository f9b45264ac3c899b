"""Mode coverage: how many modes of a known mixture a generator reaches."""

from ganzoo import hookimpl


@hookimpl
def ganzoo_register(registry):
    registry.metric(
        "modes",
        "ganzoo_modes.metrics:Modes",
        summary="Modes of a mixture that are reached, and how well",
        paper="arXiv:1712.04086, section 4.1",
    )
