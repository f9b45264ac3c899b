"""The names and the numbers of logged scalars as people read them."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = {
    "loss_d": "loss D",
    "loss_g": "loss G",
    "d_real": "D(x)",
    "d_fake": "D(G(z))",
    "d_accuracy": "D's accuracy",
    "steps_per_s": "steps/s",
    "lr_d": "learning rate of D",
    "lr_g": "learning rate of G",
}
HIDDEN = ("seconds", "lr_d", "lr_g")


def shown(name: str, value: float) -> str:
    """A scalar as text."""
    if name == "d_accuracy":
        return f"{100 * value:.0f} %"
    if name == "steps_per_s":
        return steps_per_second(value)
    return f"{value:.3f}"


def steps_per_second(value: float) -> str:
    """A speed, with digits for a training of many seconds a step."""
    digits = 1 if value >= 10 else 2 if value >= 0.1 else 4
    return f"{value:.{digits}f}"


def visible(scalars: Mapping[str, float]) -> dict[str, str]:
    """The scalars that are shown during a training, as text by their readable names."""
    return {
        NAMES.get(name, name): shown(name, value)
        for name, value in scalars.items()
        if name not in HIDDEN
    }
