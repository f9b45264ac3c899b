"""DRAGAN (arXiv:1705.07215): a gradient penalty around the data only."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1705.07215"

DRAGAN = Variant(
    name="dragan",
    of="dcgan",
    summary="DCGAN's networks, D without normalisation and with DRAGAN's gradient penalty",
    paper=PAPER,
    changes={
        # Without normalisation in D, a fully connected layer in G made every sample the same image.
        "generator.hidden": (),
        "discriminator.hidden": (),
        "game.share_fakes": False,
        "penalties": ["dragan"],
        "discriminator.norm": "none",
        "optimizer.d.lr.start": 5e-4,
        "optimizer.g.lr.start": 5e-4,
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.penalty(
        "dragan",
        "ganzoo_dragan.penalties:DRAGAN",
        summary="D's gradients are pulled to norm 1 around the data",
        paper=f"{PAPER}, section 2.4",
    )
    registry.recipe(DRAGAN)
