"""The recipes: data, and no torch."""

import math

from ganzoo import Part, Recipe

STEPS = 16_000
# Datasets of light shapes on black, in 28 x 28 pixels.
DIGITS = ("mnist", "mnist-5k", "fashion-mnist", "kmnist", "stacked-mnist")
_ADAM = Part(
    "adam",
    {"lr": {"schedule": "linear", "start": 2e-3, "end": 5e-4}, "betas": (0.0, 0.99)},
)

VANILLA = Recipe(
    name="vanilla-mlp",
    summary="The vanilla GAN between multilayer perceptrons, with the non-saturating loss",
    paper="arXiv:1406.2661",
    generator=Part("mlp", {"hidden": (256, 512), "activation": "gelu", "bias_from_data": True}),
    discriminator=Part(
        "mlp", {"hidden": (512, 256), "dropout": 0.15, "layer_norm": True, "init": "he"}
    ),
    loss=Part("non-saturating"),
    game=Part("standard", {"share_fakes": True}),
    prior=Part("normal", {"dim": 64}),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=STEPS,
    batch_size=64,
    ema=0.999,
    low=0.0,  # D does not learn from a background of 0: far fewer stray pixels in G's images
    high=1.0,
    tuned_for=DIGITS,
    # On colour images -1 halves the Fréchet distance (benchmarks/elsewhere.py).
    elsewhere={"low": -1.0},
)

MINIMAX = VANILLA.replace(
    name="vanilla-mlp-minimax",
    summary="The networks of vanilla-mlp in the zero-sum game, with the minimax loss",
    paper="arXiv:1406.2661, equation 1",
    loss=Part("minimax"),
)

EPOCH = 500  # steps: 50,000 digits in batches of 100

_SGD = Part(
    "sgd",
    {
        "lr": {"schedule": "exponential", "start": 0.1, "factor": 1.000004, "floor": 1e-6},
        "momentum": {
            "schedule": "linear",
            "start": 0.5,
            "end": 0.7,
            "since": EPOCH,
            "until": 250 * EPOCH,
        },
    },
)

GOODFELLOW = Recipe(
    name="goodfellow-2014",
    summary="The GAN paper's MNIST experiment, with all hyperparameters of its published code",
    paper="arXiv:1406.2661, section 5",
    generator=Part(
        "mlp",
        {
            "hidden": (1200, 1200),
            "output": "sigmoid",
            "init": "uniform",
            "init_range": 0.05,
            "bias_from_data": True,
        },
    ),
    discriminator=Part(
        "maxout", {"units": (240, 240), "pieces": 5, "init": "uniform", "init_range": 0.005}
    ),
    loss=Part("non-saturating", {"d_scale": 0.5}),
    prior=Part("uniform", {"dim": 100, "low": -math.sqrt(3), "high": math.sqrt(3)}),
    game=Part("standard", {"simultaneous": True}),
    dataset=Part("mnist", {"limit": 50_000}),
    optimizer={"d": _SGD, "g": _SGD},
    steps=300 * EPOCH,
    batch_size=100,
    low=0.0,
    high=1.0,
    log_every=EPOCH,
    checkpoint_every=5 * EPOCH,
    samples=100,
)

RECIPES = (VANILLA, MINIMAX, GOODFELLOW)
