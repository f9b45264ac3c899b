"""What a new plugin starts with: for each kind of component one that works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Start:
    """A kind's starting component.

    component: its class, in the module named after the kind. summary: what it is, in a listing.
    try_it: the command that puts it to use, with ``$name`` in it.
    """

    component: str
    summary: str
    try_it: str


def _swap(kind: str) -> str:
    return f"ganzoo train vanilla-mlp --{kind} $name --steps 500"


STARTS = {
    "recipe": Start("RECIPE", "A GAN between perceptrons", "ganzoo train $name --steps 500"),
    "generator": Start("MLPGenerator", "A small perceptron from z to x", _swap("generator")),
    "discriminator": Start(
        "MLPDiscriminator", "A small perceptron from x to a score", _swap("discriminator")
    ),
    "loss": Start("LeastSquares", "Squared distance from target scores", _swap("loss")),
    "penalty": Start("GradientPenalty", "Squared gradient at real samples", _swap("penalty")),
    "prior": Start("Laplace", "Independent Laplace coordinates", _swap("prior")),
    "game": Start("InstanceNoise", "Noise on all that D sees", _swap("game")),
    "dataset": Start("Shapes", "Discs and squares, 28 x 28 gray", _swap("dataset")),
    "metric": Start(
        "Moments", "Gaps between means and deviations", "ganzoo evaluate RUN --metric $name"
    ),
}
