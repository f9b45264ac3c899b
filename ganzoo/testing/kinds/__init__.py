"""The rules, a module for each kind of component. Importing this collects them all, in the order in
which they are told: first whether a component is there, then whether it runs, then the rest."""

from ganzoo.testing.kinds import plugin

from ganzoo.testing.kinds import every  # isort: skip
from ganzoo.testing.kinds import tried  # isort: skip
from ganzoo.testing.kinds import (
    dataset,
    discriminator,
    game,
    generator,
    gradients,
    loss,
    loss_state,
    metric,
    network,
    penalty,
    prior,
    recipe,
    repeat,
)

__all__ = [
    "dataset",
    "discriminator",
    "every",
    "game",
    "generator",
    "gradients",
    "loss",
    "loss_state",
    "metric",
    "network",
    "penalty",
    "plugin",
    "prior",
    "recipe",
    "repeat",
    "tried",
]
