"""The recipes: data, and no torch. ``--dataset grid-25`` trains them on the other mixture."""

from ganzoo import Part, Recipe, Variant

STEPS = 4000
LONGER = 6000
_ADAM = Part(
    "adam",
    {"lr": {"schedule": "linear", "start": 1e-3, "end": 1e-5}, "betas": (0.5, 0.99)},
)

MIXTURE = Recipe(
    name="mixture",
    summary="Small multilayer perceptrons on a mixture of Gaussians in the plane, no penalty",
    paper="arXiv:1406.2661",
    generator=Part("mlp", {"hidden": (128, 128, 128)}),
    discriminator=Part("mlp", {"hidden": (128, 128, 128), "dropout": 0.0}),
    loss=Part("non-saturating"),
    prior=Part("normal", {"dim": 2}),
    dataset=Part("ring-8"),
    optimizer={"d": _ADAM, "g": _ADAM},
    steps=STEPS,
    batch_size=256,
    ema=0.99,
    samples=2500,
)

R1 = Variant(
    name="mixture-r1",
    of="mixture",
    summary="The networks of mixture, with the R1 penalty",
    paper="arXiv:1801.04406",
    changes={"penalties": [{"name": "r1", "gamma": 0.1}]},
)

BINARY = Variant(
    name="mixture-binary",
    of="mixture-r1",
    summary="The networks of mixture-r1, with noise of ten random bits",
    changes={
        "prior": {"name": "bernoulli", "dim": 10},
        "penalties.r1.gamma": 0.05,  # with 0.02 one training in five on the ring reached no mode
        "steps": LONGER,
    },
)

R1_R2 = Variant(
    name="mixture-r1-r2",
    of="mixture",
    summary="The networks of mixture, with the relativistic loss and the R1 and R2 penalties",
    paper="arXiv:2501.05441",
    changes={
        "loss": "relativistic",
        "penalties": [{"name": "r1", "gamma": 0.1}, {"name": "r2", "gamma": 0.1}],
    },
)

RECIPES = (MIXTURE, R1, R1_R2, BINARY)
