"""The hinge loss, and SNGAN (arXiv:1802.05957), which made it common."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1802.05957"

_RMSPROP = {"name": "rmsprop", "lr": 5e-4, "alpha": 0.99}

HINGE = Variant(
    name="hinge",
    of="dcgan",
    summary="DCGAN's networks with the hinge loss",
    paper="arXiv:1705.02894",
    changes={"loss": "hinge"},
)

SNGAN = Variant(
    name="sngan",
    of="hinge",
    summary="A discriminator with spectral normalisation, and the hinge loss",
    paper=PAPER,
    changes={
        "discriminator.spectral_norm": True,
        "discriminator.norm": "none",
        "prior": {"name": "normal", "dim": 128},
        "game.share_fakes": False,
        "game.d_updates": 1,  # as in the settings B and C of the paper's table 1; 5 in the others
        # A Fréchet distance of 4 takes 2,500 steps; with the Adam of dcgan it took 5,000.
        "optimizer.d": _RMSPROP,
        "optimizer.g": _RMSPROP,
        "steps": 6000,
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "hinge",
        "ganzoo_hinge.losses:Hinge",
        summary="D's loss is 0 for scores above 1 on data and below -1 on fakes",
        paper=f"{PAPER}, equations 16 and 17",
    )
    for recipe in (HINGE, SNGAN):
        registry.recipe(recipe)
