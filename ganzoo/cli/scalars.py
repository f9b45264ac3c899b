"""The logged scalars as people read them, without importing torch."""

from __future__ import annotations

NAMES = {
    "loss_d": "loss D",
    "loss_g": "loss G",
    "d_real": "D(x)",
    "d_fake": "D(G(z))",
    "d_accuracy": "D's accuracy",
    "steps_per_s": "steps/s",
}
HIDDEN = ("seconds", "lr_d", "lr_g")


def shown(name: str, value: float) -> str:
    """A scalar as text."""
    if name == "d_accuracy":
        return f"{100 * value:.0f} %"
    return f"{value:.1f}" if name == "steps_per_s" else f"{value:.3f}"
