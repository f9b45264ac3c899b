"""The recipes: data, and no torch."""

from ganzoo import Part, Recipe, Variant

STEPS = 3000

FIGURE_1 = Recipe(
    name="goodfellow-2014-figure-1",
    summary="Two small perceptrons on a one-dimensional Gaussian, for figure 1",
    paper="arXiv:1406.2661, figure 1",
    generator=Part("mlp", {"hidden": (32, 32), "activation": "tanh"}),
    discriminator=Part("mlp", {"hidden": (32, 32), "dropout": 0.0}),
    loss=Part("non-saturating"),
    prior=Part("uniform", {"dim": 1}),
    game=Part("standard", {"d_updates": 2}),  # so that D is near its best against each G
    dataset=Part("gaussian-1d"),
    optimizer={
        player: Part(
            "adam",
            {"lr": {"schedule": "linear", "start": rate, "end": 1e-5}, "betas": (0.0, 0.99)},
        )
        for player, rate in {"d": 3e-3, "g": 1e-3}.items()
    },
    steps=STEPS,
    batch_size=512,
    ema=0.0,  # the figure shows the generator that D is trained against
    log_every=100,
    checkpoint_every=50,
    samples=2500,
)

# The Parzen likelihood is high for samples near the mean of similar samples, and for noise of few
# dimensions.
AVERAGED = Variant(
    name="averaged-mlp",
    of="vanilla-mlp",
    summary="Perceptrons whose weights are averaged over all steps, for table 1's likelihood",
    paper="arXiv:1406.2661, table 1",
    changes={
        "dataset.limit": 50_000,  # as in the paper: sigma is chosen on the other images
        "prior.dim": 16,
        "discriminator.dropout": 0.0,
        "game.share_fakes": False,
        "optimizer.d.lr": 2e-3,
        "optimizer.g.lr": 1e-3,
        "ema": 0.9999,
        "ema_ramp": 1.0,
        "steps": 3000,
    },
)

RECIPES = (FIGURE_1, AVERAGED)
