"""The recipes: data, and no torch."""

from ganzoo import Variant

ACGAN = Variant(
    name="acgan",
    of="dcgan",
    summary="DCGAN's networks; G sees the label, and D predicts it",
    paper="arXiv:1610.09585",
    changes={
        "game": {"name": "concatenated-labels", "d_labels": False, "share_fakes": True},
        "discriminator.class_logits": True,
        "extra_losses": ["auxiliary-classifier"],
    },
)

REACGAN = Variant(
    name="reacgan",
    of="projection",
    summary="Samples in D are near a vector of their class, and far from other classes' samples",
    paper="arXiv:2111.01118",
    changes={"discriminator.labels": "proxy", "extra_losses": ["d2d-ce"], "steps": 4000},
)

RECIPES = (ACGAN, REACGAN)
