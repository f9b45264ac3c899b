"""Fisher GAN (arXiv:1705.09675)."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1705.09675"

FISHER = Variant(
    name="fisher",
    of="dcgan",
    summary="DCGAN's networks; the difference of mean scores is bounded by their second moment",
    paper=PAPER,
    changes={"loss": {"name": "fisher", "rho": 1e-2}, "steps": 4000},
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "fisher",
        "ganzoo_fisher.losses:Fisher",
        summary="The difference of mean scores, whose second moment a multiplier holds at 1",
        paper=f"{PAPER}, section 3",
    )
    registry.recipe(FISHER)
