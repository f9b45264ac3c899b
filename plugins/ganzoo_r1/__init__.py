"""The gradient penalties R1, on the data, and R2, on the fakes (arXiv:1801.04406); a recipe."""

from ganzoo import Variant, hookimpl

PAPER = "arXiv:1801.04406"

R1_GAN = Variant(
    name="r1-gan",
    of="dcgan",
    summary="DCGAN's networks, D without normalisation and with the R1 penalty",
    paper=PAPER,
    changes={
        # The paper has a gamma of 10, its code of 20. With 20, D became constant on digits.
        "penalties": [{"name": "r1", "gamma": 1.0}],
        "discriminator.norm": "none",
        "prior": {"name": "normal", "dim": 256},
        "optimizer.d": {"name": "rmsprop", "lr": 5e-4, "alpha": 0.99},
        "optimizer.g": {"name": "rmsprop", "lr": 5e-4, "alpha": 0.99},
        "steps": 5000,
    },
)


@hookimpl
def ganzoo_register(registry):
    registry.penalty(
        "r1",
        "ganzoo_r1.penalties:R1",
        summary="Squared norm of D's gradients on the data",
        paper=f"{PAPER}, equation 9",
    )
    registry.penalty(
        "r2",
        "ganzoo_r1.penalties:R2",
        summary="Squared norm of D's gradients on the fakes",
        paper=f"{PAPER}, equation 10",
    )
    registry.recipe(R1_GAN)
