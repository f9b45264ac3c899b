"""The body that the networks of this plugin share: a sample becomes a hidden vector."""

import math
from itertools import pairwise
from typing import Annotated, Literal

from msgspec import Meta
from torch import nn

from ganzoo import Count, Spec, level_widths

Norm = Literal["batch", "layer", "none"]
Width = Annotated[int, Meta(ge=0)]
DENSE = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}


def body(
    spec: Spec, width: int, hidden: tuple[Count, ...], norm: Norm, first: Norm = "none"
) -> tuple[nn.Module, int]:
    """Layers from samples (N, *spec.shape) to hidden vectors (N, units), and ``units``.

    For images, strided convolutions first, as in arXiv:1511.06434: the first has ``width``
    channels, and each halves the side of the map and doubles the channels; none with width 0, and
    none for vectors. Then fully connected layers with the units of ``hidden``. Leaky rectifiers
    follow each layer. ``norm``: normalisation of all layers after the first one, which has the
    normalisation ``first``.
    """
    layers: list[nn.Module] = []
    units = spec.size
    if spec.image and width:
        layers, units = _convolutions(spec, width, norm)
    layers.append(nn.Flatten())
    for wider in hidden:
        here: Norm = norm if len(layers) > 1 else first
        layers.append(nn.Linear(units, wider, bias=here != "batch"))
        layers += [DENSE[here](wider)] if here in DENSE else []
        layers.append(nn.LeakyReLU(0.2))
        units = wider
    return nn.Sequential(*layers), units


def _convolutions(spec: Spec, width: int, norm: Norm) -> tuple[list[nn.Module], int]:
    *larger, last = spec.pyramid()
    layers: list[nn.Module] = []
    channels = [spec.shape[0], *level_widths(len(larger), width)]
    for depth, (inputs, outputs) in enumerate(pairwise(channels)):
        here: Norm = norm if depth else "none"
        layers.append(nn.Conv2d(inputs, outputs, 4, 2, 1, bias=here != "batch"))
        if here == "batch":
            layers.append(nn.BatchNorm2d(outputs))
        elif here == "layer":
            layers.append(nn.GroupNorm(1, outputs))  # over all channels and pixels of a sample
        layers.append(nn.LeakyReLU(0.2))
    return layers, channels[-1] * math.prod(last)


def initialise(network: nn.Module) -> None:
    """Weights from N(0, 0.02) in layers before batch normalisation, as in arXiv:1511.06434; else
    torch's own."""
    if not any(isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) for module in network.modules()):
        return
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
