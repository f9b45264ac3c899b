"""MMD GAN (arXiv:1705.08584), and its repulsive loss (arXiv:1812.09916)."""

from ganzoo import Variant, hookimpl

PAPER, REPULSIVE = "arXiv:1705.08584", "arXiv:1812.09916"

MMD_GAN = Variant(
    name="mmd-gan",
    of="dcgan",
    summary="An encoder whose codes of data and of samples are compared by kernels",
    paper=PAPER,
    changes={
        "discriminator": {"name": "autoencoder", "code": 16, "spectral_norm": True},
        "loss": {"name": "mmd", "kind": "repulsive"},
        "steps": 5000,
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.loss(
        "mmd",
        "ganzoo_mmd.losses:MMD",
        summary="The maximum mean discrepancy of D's codes, under a mixture of kernels",
        paper=f"{PAPER}, section 3; {REPULSIVE}",
    )
    registry.recipe(MMD_GAN)
