"""The networks of arXiv:1511.06434, section 3, for images of any height and width from 8 pixels.

Small images leave room for few convolutions: at 28 pixels D has two, and each of their outputs
depends on 10 x 10 pixels only. Fully connected hidden layers, as in the authors' code for MNIST
(github.com/Newmu/dcgan_code, mnist/train_cond_dcgan.py), let both networks relate distant pixels.
"""

import math
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any, Literal

from torch import Tensor, nn

from ganzoo import Count, Discriminator, Generator, Share, Spec, UsageError, doubling, level_widths

Norm = Literal["batch", "layer", "instance", "none"]


class DCGANGenerator(Generator):
    """Fully connected layers turn z into a small map of many channels. Each layer after them
    doubles the side of the map and halves its channels: (N, z_dim) -> (N, C, H, W) in [low, high]
    (arXiv:1511.06434, section 3 and figure 1).

    Args:
        width: channels of the last hidden layer; each layer before it has twice as many.
        norm: normalisation of the hidden layers. Instance normalisation is for maps, and is left
            out of the fully connected layers.
        hidden: width of each fully connected hidden layer between z and the first map; none in the
            paper.
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        norm: Norm = "batch",
        hidden: tuple[Count, ...] = (),
    ) -> None:
        super().__init__(spec)
        *larger, start = spec.pyramid()
        channels = level_widths(len(larger), width)[::-1]
        # As in the authors' code, each unit of the first map is normalised by itself. With one
        # scale for each channel, the part of the map that all samples share outgrew the rest:
        # beside a D without normalisation, G made a single image.
        dense, _ = _dense(spec.z_dim, (*hidden, channels[0] * math.prod(start)), norm, nn.ReLU())
        layers = [*dense, nn.Unflatten(1, (channels[0], *start))]
        for (inputs, outputs), size in zip(pairwise(channels), larger[:0:-1], strict=True):
            layers += [
                doubling(inputs, outputs, size, bias=norm == "none"),
                _norm(norm, outputs),
                nn.ReLU(),
            ]
        layers.append(doubling(width, spec.shape[0], larger[0]))
        self.body = nn.Sequential(*layers)
        _initialise(self)

    def forward(self, z: Tensor) -> Tensor:
        x = self.body(z)  # (N, z_dim) -> (N, C, H, W), any real number
        return self.spec.ranged(x.tanh())


class DCGANDiscriminator(Discriminator):
    """Each layer halves the side of the image and doubles its channels; a linear layer on the last,
    small map gives the score: (N, C, H, W) -> (N,).

    Args:
        width: channels of the first layer; each layer after it has twice as many.
        norm: normalisation of the hidden layers except the first. A gradient penalty needs a
            normalisation that does not mix samples, such as "layer" (arXiv:1704.00028, section 4).
        hidden: width of each fully connected hidden layer between the last map and the score; none
            in the paper. Instance normalisation is left out of these layers.
        dropout: share of the values of each hidden layer that are dropped; none in the paper.
        spectral_norm: divide each layer's weights by their largest singular value
            (arXiv:1802.05957, section 2.1).
        class_logits: whether the last layer also gives a logit for each class, as the further
            output "class", (N, classes): an auxiliary classifier (arXiv:1610.09585, section 3).
    """

    def __init__(
        self,
        spec: Spec,
        width: Count = 64,
        norm: Norm = "batch",
        hidden: tuple[Count, ...] = (),
        dropout: Share = 0.0,
        spectral_norm: bool = False,
        class_logits: bool = False,
    ) -> None:
        super().__init__(spec)
        self.class_logits = class_logits
        self.gives = ("class",) if class_logits else ()
        *larger, last = spec.pyramid()
        layers: list[nn.Module] = []
        channels = [spec.shape[0], *level_widths(len(larger), width)]
        for depth, (inputs, outputs) in enumerate(pairwise(channels)):
            here: Norm = "none" if depth == 0 else norm
            layers += [
                nn.Conv2d(inputs, outputs, 4, 2, 1, bias=here == "none"),
                _norm(here, outputs),
                nn.LeakyReLU(0.2),
            ]
        dense, units = _dense(channels[-1] * math.prod(last), hidden, norm, nn.LeakyReLU(0.2))
        logits = 1 + spec.classes if class_logits else 1
        layers += [nn.Flatten(), *dense, nn.Linear(units, logits)]
        if dropout:
            layers = list(_with_dropout(layers, dropout))
        self.body = nn.Sequential(*layers)
        _initialise(self)
        if spectral_norm:
            self.apply_spectral_norm()

    def check(self, game: Any) -> None:
        super().check(game)
        if self.class_logits and not self.spec.classes:
            raise UsageError(
                "The discriminator 'dcgan' has class_logits, and this data has no labels: choose a "
                "labelled dataset, or --set discriminator.class_logits=false"
            )

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, dict[str, Tensor]]:
        outputs = self.body(x)  # (N, C, H, W) -> (N, 1), or (N, 1 + classes)
        if not self.class_logits:
            return outputs.squeeze(1)
        return outputs[:, 0], {"class": outputs[:, 1:]}


def _norm(name: Norm, channels: int) -> nn.Module:
    """The normalisation of a map."""
    if name == "batch":
        return nn.BatchNorm2d(channels)
    if name == "layer":
        return nn.GroupNorm(1, channels)  # over all channels and pixels of a sample
    return nn.InstanceNorm2d(channels, affine=True) if name == "instance" else nn.Identity()


def _dense(
    units: int, hidden: tuple[int, ...], norm: Norm, activation: nn.Module
) -> tuple[list[nn.Module], int]:
    """Fully connected layers on ``units`` inputs, and how many outputs the last of them has."""
    norms: dict[Norm, Callable[[int], nn.Module]] = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm}
    layers: list[nn.Module] = []
    for wider in hidden:
        layers.append(nn.Linear(units, wider, bias=norm != "batch"))
        if norm in norms:
            layers.append(norms[norm](wider))
        layers.append(activation)
        units = wider
    return layers, units


def _with_dropout(layers: list[nn.Module], share: float) -> Iterator[nn.Module]:
    """The layers, with dropout after each activation."""
    for layer in layers:
        yield layer
        if isinstance(layer, nn.LeakyReLU):
            yield nn.Dropout(share)


def _initialise(network: nn.Module) -> None:
    """Weights from N(0, 0.02) (section 4), scales of the batch norms from N(1, 0.02)."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d):
            nn.init.normal_(module.weight, 1.0, 0.02)
