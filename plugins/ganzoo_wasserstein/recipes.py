"""The recipes: data, and no torch."""

from ganzoo import Variant

STEPS = 1500  # with five turns of the critic in each
LONGER = 3000  # a critic with clipped weights tells less in a turn

_RMSPROP = {
    "name": "rmsprop",
    "lr": 5e-4,
    "schedule": {"name": "linear", "end": LONGER, "to": 1e-5},
}
_ADAM = {"lr": 5e-4, "betas": [0.0, 0.9], "schedule": {"end": STEPS}}

WGAN = Variant(
    name="wgan",
    of="dcgan",
    summary="DCGAN's networks, a critic with clipped weights",
    paper="arXiv:1701.07875",
    changes={
        "generator.width": 64,
        "loss": "wasserstein",
        "penalty": ["weight-clip"],
        "game": {"name": "critic-first", "d_steps": 5},
        "optimizer": {"d": _RMSPROP, "g": _RMSPROP},
        "steps": LONGER,
    },
)

WGAN_GP = Variant(
    name="wgan-gp",
    of="dcgan",
    summary="DCGAN's networks, a critic without normalisation, its gradients held to norm 1",
    paper="arXiv:1704.00028",
    changes={
        "loss": "wasserstein",
        "penalty": ["gradient-penalty"],
        "discriminator.norm": "none",
        "prior": {"name": "normal", "dim": 128},
        "game.d_steps": 5,
        "optimizer": {"d": _ADAM, "g": _ADAM},
        "steps": STEPS,
    },
)

RECIPES = (WGAN, WGAN_GP)
