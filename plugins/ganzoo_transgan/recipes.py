"""The recipe: data, and no torch."""

from ganzoo import Part, Recipe

PAPER = "arXiv:2102.07074"


def _adam(lr: float) -> Part:
    """Adam with the betas of the paper, and a rate that falls to a tenth."""
    falling = {"schedule": "linear", "start": lr, "end": lr / 10}
    return Part("adam", {"lr": falling, "betas": (0.0, 0.99)})


TRANSGAN = Recipe(
    name="transgan-small",
    summary="Transformers without a convolution, small enough for digits on a CPU",
    paper=PAPER,
    generator=Part("transgan"),
    discriminator=Part("transgan", {"width": 32}),
    loss=Part("non-saturating"),
    penalties=(Part("r1", {"gamma": 1.0, "interval": 4}),),
    game=(Part("standard", {"share_fakes": True}),),
    prior=Part("normal", {"dim": 64}),
    optimizer={"d": _adam(4e-4), "g": _adam(2e-4)},
    steps=10_000,
    batch_size=16,
    ema=0.999,
    tuned_size=(28, 28),
)

RECIPES = (TRANSGAN,)
