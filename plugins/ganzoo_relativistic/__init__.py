"""Relativistic average GANs (arXiv:1807.00734)."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1807.00734"

RALSGAN = Variant(
    name="ralsgan",
    of="dcgan",
    summary="DCGAN's networks; scores are compared with the mean score of the other kind",
    paper=PAPER,
    changes={"loss": {"name": "relativistic-average", "kind": "least-squares"}},
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "relativistic-average",
        "ganzoo_relativistic.losses:RelativisticAverage",
        summary="The score of each sample is compared with the mean score of the other kind",
        paper=f"{PAPER}, section 4",
    )
    registry.recipe(RALSGAN)
