"""The base classes that a plugin implements.

A component's constructor is its configuration schema: every keyword argument is an option, its
annotation the option's type and range (``Annotated[int, msgspec.Meta(ge=1)]``), its default the
option's default. An option annotated ``Scheduled`` may change in the course of a training: then the
component keeps it as an attribute of the option's name, a plain number at any moment.
Networks take the ``Spec`` they are built for as their first argument; nothing else does.
"""

from ganzoo.interfaces.components import (
    Augmentation,
    Component,
    Discriminator,
    Generator,
    Network,
    NoisePrior,
    Penalty,
)
from ganzoo.interfaces.data import Dataset, Features, Metric
from ganzoo.interfaces.loss import Loss, SumLoss
from ganzoo.interfaces.view import View

__all__ = [
    "Augmentation",
    "Component",
    "Dataset",
    "Discriminator",
    "Features",
    "Generator",
    "Loss",
    "Metric",
    "Network",
    "NoisePrior",
    "Penalty",
    "SumLoss",
    "View",
]
