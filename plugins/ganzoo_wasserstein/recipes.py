"""The recipes: data, and no torch."""

from ganzoo import Variant

STEPS = 1500  # with five turns of the critic in each

_RMSPROP = {"name": "rmsprop", "lr": 2e-4}
_ADAM = {"lr": 5e-4, "betas": [0.0, 0.9], "schedule": {"end": STEPS}}

WGAN = Variant(
    name="wgan",
    of="dcgan",
    summary="DCGAN's networks, a critic with clipped weights",
    paper="arXiv:1701.07875",
    changes={
        "loss": "wasserstein",
        "penalty": ["weight-clip"],
        "game": {"name": "critic-first", "d_steps": 5},
        "optimizer": {"d": _RMSPROP, "g": _RMSPROP},
        "steps": STEPS,
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
