"""The recipes: data, and no torch."""

from ganzoo import Variant

_RMSPROP = {
    "name": "rmsprop",
    "lr": {"schedule": "linear", "start": 5e-4, "end": 1e-5},
}

WGAN = Variant(
    name="wgan",
    of="dcgan",
    summary="DCGAN's networks, with the Wasserstein loss and clipped weights of the critic",
    paper="arXiv:1701.07875",
    changes={
        "generator.width": 64,
        "loss": "wasserstein",
        "penalties": ["weight-clip"],
        "game": {"name": "critic-first", "d_updates": 5},
        "optimizer": {"d": _RMSPROP, "g": _RMSPROP},
        "steps": 2000,
    },
)

WGAN_GP = Variant(
    name="wgan-gp",
    of="dcgan",
    summary="DCGAN's networks, a critic with layer normalisation and a gradient penalty",
    paper="arXiv:1704.00028",
    changes={
        "loss": "wasserstein",
        "penalties": ["gradient-penalty"],
        # Recommended in section 4 in place of batch normalisation. The Fréchet distance after 3,000
        # steps is 4; without normalisation it was 8.
        "discriminator.norm": "layer",
        "prior": {"name": "normal", "dim": 128},
        "game.share_fakes": False,
        "game.d_updates": 1,  # as in arXiv:1710.10196, with more steps instead; the paper has 5
        "optimizer": {player: {"betas": [0.0, 0.99]} for player in ("d", "g")},
        "steps": 6000,
    },
)

WGAN_DIV = Variant(
    name="wgan-div",
    of="wgan-gp",
    summary="The Wasserstein divergence in place of the distance, which needs no Lipschitz critic",
    paper="arXiv:1712.01026",
    changes={
        "penalties": ["wasserstein-divergence"],
        # The gradient of a sixth power grows without bound: after 5,000 steps one batch moved the
        # critic so far that the training began anew.
        "optimizer.d.clip_norm": 1.0,
    },
)

CT_GAN = Variant(
    name="ct-gan",
    of="wgan-gp",
    summary="WGAN-GP with a critic that scores a real sample alike in two passes of dropout",
    paper="arXiv:1803.01541",
    changes={
        "penalties": ["gradient-penalty", "consistency-term"],
        "discriminator.dropout": 0.2,
        "steps": 5000,
    },
)

RECIPES = (WGAN, WGAN_GP, WGAN_DIV, CT_GAN)
