"""AC-GAN (arXiv:1610.09585): a discriminator that also classifies the samples."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1610.09585"

ACGAN = Variant(
    name="acgan",
    of="dcgan",
    summary="DCGAN's networks; G sees the label, and D predicts it",
    paper=PAPER,
    changes={
        "game": {"name": "concatenated-labels", "d_labels": False, "share_fakes": True},
        "discriminator.class_logits": True,
        "extra_losses": ["auxiliary-classifier"],
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "auxiliary-classifier",
        "ganzoo_acgan.losses:AuxiliaryClassifier",
        summary="Cross-entropy of the class that D predicts, for D and for G",
        paper=f"{PAPER}, equation 3",
    )
    registry.recipe(ACGAN)
