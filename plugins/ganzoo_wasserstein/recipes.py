"""The recipes: data, and no torch."""

from ganzoo import Variant

WGAN = Variant(
    name="wgan",
    of="dcgan",
    summary="DCGAN's networks, a critic with clipped weights",
    paper="arXiv:1701.07875",
    changes={
        "loss": "wasserstein",
        "penalty": ["weight-clip"],
        "game": {"name": "critic-first", "d_steps": 5},
        "optimizer.d": {"name": "rmsprop", "lr": 5e-5},
        "optimizer.g": {"name": "rmsprop", "lr": 5e-5},
    },
)

WGAN_GP = Variant(
    name="wgan-gp",
    of="dcgan",
    summary="DCGAN's networks, a critic whose gradients are held to norm 1",
    paper="arXiv:1704.00028",
    changes={
        "loss": "wasserstein",
        "penalty": ["gradient-penalty"],
        "discriminator.norm": "none",
        "prior": {"name": "normal", "dim": 128},
        "game.d_steps": 5,
        "optimizer.d": {"lr": 1e-4, "betas": [0.5, 0.9]},
        "optimizer.g": {"lr": 1e-4, "betas": [0.5, 0.9]},
        "batch_size": 50,
    },
)

RECIPES = (WGAN, WGAN_GP)
