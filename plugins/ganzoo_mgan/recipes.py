"""The recipes: data, and no torch. ``--dataset grid-25`` trains the first one on the grid."""

from ganzoo import Part, Recipe

PAPER = "arXiv:1708.02556"

_ADAM = Part(
    "adam", {"lr": {"schedule": "linear", "start": 1e-3, "end": 1e-5}, "betas": (0.5, 0.99)}
)

# The authors' code has no experiment on mixtures. Apart from the first layers, the widths and the
# optimizers are those of the recipe mixture.
MGAN = Recipe(
    name="mgan",
    summary="Eight generators, which a classifier tells apart, on a mixture of Gaussians",
    paper=PAPER,
    # With batch normalisation all generators start with the same mean, and stayed alike.
    generator=Part("mgan", {"generators": 8, "hidden": (128, 128), "batch_norm": False}),
    discriminator=Part("mgan", {"generators": 8, "hidden": (128, 128)}),
    loss=Part("non-saturating"),
    extra_losses=(Part("generator-choice", {"beta": 0.125}),),
    prior=Part("generator-choice", {"noise": 2, "generators": 8}),
    dataset=Part("ring-8"),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=6000,
    batch_size=256,
    ema=0.99,
    samples=2500,
)

STACKED = MGAN.replace(
    name="mgan-stacked",
    summary="Four convolutional generators, which a classifier tells apart, on stacked digits",
    paper=PAPER,
    generator=Part("mgan", {"generators": 4, "hidden": (512,), "width": 32}),
    discriminator=Part(
        "mgan", {"generators": 4, "hidden": (512,), "width": 32, "batch_norm": True}
    ),
    extra_losses=(Part("generator-choice", {"beta": 0.01}),),
    prior=Part("generator-choice", {"noise": 100, "generators": 4}),
    dataset=Part("stacked-mnist"),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=5000,
    batch_size=64,
    ema=0.999,
    low=0.0,
    samples=64,
)

RECIPES = (MGAN, STACKED)
