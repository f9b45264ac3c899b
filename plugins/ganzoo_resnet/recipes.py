"""The recipes: data, and no torch."""

from ganzoo import Part, Recipe, Variant


def _adam(lr: float) -> Part:
    """Adam with beta1 = 0, as in all three papers, and a rate that falls to a fiftieth."""
    falling = {"schedule": "linear", "start": lr, "end": lr / 50}
    return Part("adam", {"lr": falling, "betas": (0.0, 0.99)})


PROJECTION = Recipe(
    name="projection",
    summary="Conditional batch normalisation in G, and a projection on the label in D",
    paper="arXiv:1802.05637",
    generator=Part("resnet", {"width": 24, "labels": True}),
    discriminator=Part("resnet", {"width": 32, "labels": "projection"}),
    loss=Part("hinge"),
    prior=Part("normal", {"dim": 128}),
    game=(Part("standard", {"share_fakes": True}),),
    optimizer={"d": _adam(4e-4), "g": _adam(4e-4)},
    steps=2500,
    batch_size=64,
    ema=0.999,
    low=0.0,  # as in vanilla-mlp: light strokes on a background of zeros
    tuned_for=("mnist", "mnist-5k", "fashion-mnist", "kmnist", "stacked-mnist"),
    elsewhere={"low": -1.0},
    tuned_size=(28, 28),
)

# The ratio of the two rates is the paper's; both are twice as high, for a short training.
SAGAN = Variant(
    name="sagan",
    of="projection",
    summary="Self-attention in both networks, spectral normalisation also in G, two rates",
    paper="arXiv:1805.08318",
    changes={
        "generator.attention": True,
        "generator.spectral_norm": True,
        "discriminator.attention": True,
        "optimizer.g.lr.start": 2e-4,
        "optimizer.d.lr.start": 8e-4,
    },
)

BIGGAN = Variant(
    name="biggan",
    of="sagan",
    summary="A label embedding that all blocks share, z split over the blocks, orthogonal filters",
    paper="arXiv:1809.11096",
    changes={
        "generator.embedding": 32,
        "generator.split": True,
        "prior.dim": 60,  # 20 for each part, as in the paper
        "penalties": [{"name": "orthogonal", "player": "g", "weight": 1e-4}],
        "game.d_updates": 2,
        "optimizer.g.lr.start": 4e-4,
        "optimizer.d.lr.start": 4e-4,
        "steps": 2000,
    },
)

RECIPES = (PROJECTION, SAGAN, BIGGAN)
