"""The recipes: data, and no torch. ``--dataset grid-25`` trains the first one on the grid."""

from ganzoo import Part, Recipe, Variant

PAPER = "arXiv:1611.02163"

UNROLLED = Recipe(
    name="unrolled",
    summary="Small perceptrons on a ring of Gaussians; five unrolled updates of D",
    paper=f"{PAPER}, section 3.1",
    generator=Part("mlp", {"hidden": (128, 128), "activation": "tanh"}),
    discriminator=Part("mlp", {"hidden": (128, 128), "activation": "tanh", "dropout": 0.0}),
    loss=Part("saddle"),
    prior=Part("normal", {"dim": 256}),
    game=(Part("unrolled", {"k": 5, "simultaneous": True}),),
    dataset=Part("ring-8"),
    optimizer={
        "d": Part("adam", {"lr": 1e-4, "betas": (0.5, 0.999)}),
        "g": Part("adam", {"lr": 1e-3, "betas": (0.5, 0.999)}),
    },
    steps=12_000,
    batch_size=512,
    samples=2500,
)

STACKED = Variant(
    name="unrolled-stacked",
    of="dcgan",
    summary="DCGAN's networks on stacked digits, a small D; five unrolled updates of D",
    paper=f"{PAPER}, section 3.3.1",
    changes={
        "dataset": "stacked-mnist",
        "loss": "saddle",
        # The k updates have D's rate of the paper. With D's own rate here, 1e-3, D was right for
        # 99 % of the samples after 500 steps, and G learned nothing.
        "game": {"name": "unrolled", "k": 5, "lr": 1e-4},
        "discriminator.width": 8,
        "discriminator.hidden": [128],
    },
)

RECIPES = (UNROLLED, STACKED)
