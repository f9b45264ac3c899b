"""ContraGAN (arXiv:2006.12681) and ReACGAN (arXiv:2111.01118): D compares the samples of a batch
with each other and with a vector of their label."""

from ganzoo import Variant, hookimpl

CONTRAGAN_PAPER, REACGAN_PAPER = "arXiv:2006.12681", "arXiv:2111.01118"

CONTRAGAN = Variant(
    name="contragan",
    of="projection",
    summary="The networks of projection; samples of one class have similar embeddings in D",
    paper=CONTRAGAN_PAPER,
    changes={"discriminator.labels": "proxy", "extra_losses": ["conditional-contrastive"]},
)

REACGAN = Variant(
    name="reacgan",
    of="contragan",
    summary="ContraGAN's networks; samples of other classes are moved apart up to a margin",
    paper=REACGAN_PAPER,
    changes={"extra_losses": ["d2d-ce"]},
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "conditional-contrastive",
        "ganzoo_reacgan.losses:ConditionalContrastive",
        summary="2C: the embedding of a sample is near those of its class, and near its label's",
        paper=f"{CONTRAGAN_PAPER}, equation 8",
    )
    registry.loss(
        "d2d-ce",
        "ganzoo_reacgan.losses:DataToData",
        summary="D2D-CE: a sample is near its label's vector, and far from other classes' samples",
        paper=f"{REACGAN_PAPER}, equation 7",
    )
    for recipe in (CONTRAGAN, REACGAN):
        registry.recipe(recipe)
