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

CONTRAGAN = Variant(
    name="contragan",
    of="projection",
    summary="The networks of projection; samples of one class have similar embeddings in D",
    paper="arXiv:2006.12681",
    changes={
        "discriminator.labels": "proxy",
        # With a temperature of 1, as in the paper, G ignores the labels for all of this training.
        "extra_losses": [{"name": "conditional-contrastive", "temperature": 0.2}],
    },
)

REACGAN = Variant(
    name="reacgan",
    of="contragan",
    summary="ContraGAN's networks; samples of other classes are moved apart up to a margin",
    paper="arXiv:2111.01118",
    changes={"extra_losses": ["d2d-ce"]},
)

RECIPES = (ACGAN, CONTRAGAN, REACGAN)
