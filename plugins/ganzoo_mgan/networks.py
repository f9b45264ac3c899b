"""The networks of arXiv:1708.02556, section 3 and figure 1, for vectors, and for images of any
height and width from 8 pixels."""

import math
from itertools import pairwise
from typing import Any

from torch import Tensor, nn

from ganzoo import Count, Discriminator, Generator, Spec, UsageError, doubling, level_widths


class Generators(Generator):
    """Each generator has a first layer of its own, and shares all further layers with the others:
    (N, z_dim) -> (N, *spec.shape), in [low, high] where the data has bounds. z is noise, and after
    it the one-hot vector of the generator, as the prior ``generator-choice`` draws it.

    Every first layer is computed for all noise of the batch; then each sample keeps the layer of
    its own generator.

    Args:
        generators: how many generators.
        hidden: width of each fully connected layer, the first one included.
        width: for images, channels of the last hidden map; each map before it has twice as many.
        batch_norm: normalise the first layers, each by itself, and the maps over the batch.
    """

    def __init__(
        self,
        spec: Spec,
        generators: Count = 8,
        hidden: tuple[Count, ...] = (128, 128),
        width: Count = 32,
        batch_norm: bool = True,
    ) -> None:
        super().__init__(spec)
        _several(generators, spec.z_dim - 1, "generator")
        if not hidden:
            raise UsageError("generator.hidden needs one width at least, that of the first layer.")
        self.generators = generators
        first, *further = hidden
        self.first = nn.Sequential(
            nn.Linear(spec.z_dim - generators, generators * first, bias=not batch_norm),
            nn.BatchNorm1d(generators * first) if batch_norm else nn.Identity(),
            nn.ReLU(),
        )
        self.shared = nn.Sequential(*_upwards(spec, first, further, width, batch_norm))
        _initialise(self)

    def check(self, game: Any) -> None:
        super().check(game)
        _same("generator", self.generators, game)
        if self.spec.z_dim != game.prior.dim:
            raise UsageError(
                "The generator 'mgan' reads its number from the end of the noise, where a game of "
                "this recipe joins labels: leave out the game that joins them, such as "
                "concatenated-labels"
            )

    def forward(self, z: Tensor) -> Tensor:
        noise, ones = z[:, : -self.generators], z[:, -self.generators :]
        every = self.first(noise).unflatten(1, (self.generators, -1))  # (N, K, hidden[0])
        x = self.shared((every * ones[:, :, None]).sum(1)).reshape(-1, *self.spec.shape)
        return self.spec.ranged(x.tanh()) if self.spec.bounded else x


class WithClassifier(Discriminator):
    """D, and a classifier of the generator, which share all layers but the last: (N, *spec.shape)
    -> (N,), and in aux the logits ``generator`` (N, generators).

    Args:
        generators: how many generators.
        hidden: width of each fully connected hidden layer.
        width: for images, channels of the first convolution; each one after it has twice as many.
        batch_norm: normalise each hidden layer but the first over the batch.
    """

    gives = ("generator",)

    def __init__(
        self,
        spec: Spec,
        generators: Count = 8,
        hidden: tuple[Count, ...] = (128,),
        width: Count = 32,
        batch_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        self.generators = generators
        layers: list[nn.Module] = []
        size = spec.size
        if spec.image:
            *larger, last = spec.pyramid()
            channels = [spec.shape[0], *level_widths(len(larger), width)]
            for inputs, outputs in pairwise(channels):
                layers.append(nn.Conv2d(inputs, outputs, 4, 2, 1))
                if batch_norm and len(layers) > 1:
                    layers.append(nn.BatchNorm2d(outputs))
                layers.append(nn.LeakyReLU(0.2))
            size = channels[-1] * math.prod(last)
        layers.append(nn.Flatten())
        for units in hidden:
            layers.append(nn.Linear(size, units))
            if batch_norm and len(layers) > 2:
                layers.append(nn.BatchNorm1d(units))
            layers.append(nn.LeakyReLU(0.2))
            size = units
        self.body = nn.Sequential(*layers)
        self.last, self.classifier = nn.Linear(size, 1), nn.Linear(size, generators)
        _initialise(self)

    def check(self, game: Any) -> None:
        super().check(game)
        _same("discriminator", self.generators, game)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        h = self.body(x)  # (N, *spec.shape) -> (N, size)
        return self.last(h).squeeze(1), {"generator": self.classifier(h)}


def _upwards(
    spec: Spec, units: int, hidden: list[int], width: int, batch_norm: bool
) -> list[nn.Module]:
    """The shared layers, from the first hidden layer to a sample without bounds."""
    layers: list[nn.Module] = []
    for wider in hidden:
        layers += [nn.Linear(units, wider), nn.ReLU()]
        units = wider
    if not spec.image:
        return [*layers, nn.Linear(units, spec.size)]
    *larger, start = spec.pyramid()
    channels = level_widths(len(larger), width)[::-1]
    first = channels[0] * math.prod(start)
    layers.append(nn.Linear(units, first, bias=not batch_norm))
    layers += [nn.BatchNorm1d(first), nn.ReLU()] if batch_norm else [nn.ReLU()]
    layers.append(nn.Unflatten(1, (channels[0], *start)))
    for (inputs, outputs), size in zip(pairwise(channels), larger[:0:-1], strict=True):
        layers += [
            doubling(inputs, outputs, size, bias=not batch_norm),
            nn.BatchNorm2d(outputs) if batch_norm else nn.Identity(),
            nn.ReLU(),
        ]
    return [*layers, doubling(width, spec.shape[0], larger[0])]


def _initialise(network: nn.Module) -> None:
    """For images, weights from N(0, 0.02), as in the authors' code. For vectors, torch's own."""
    if not network.spec.image:
        return
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(module.weight, 0.0, 0.02)
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _several(generators: int, most: int, network: str) -> None:
    if generators > most:
        raise UsageError(
            f"{network}.generators is {generators}, and z has {most + 1} numbers: at least one of "
            "them must be noise. Choose the prior generator-choice."
        )


def _same(network: str, generators: int, game: Any) -> None:
    """Raises UsageError if the prior draws from another number of generators."""
    drawn = game.prior.codes.get("generator")
    if drawn is None:
        raise UsageError(
            f"The {network} 'mgan' needs noise that names a generator: choose the prior "
            "generator-choice"
        )
    if drawn != generators:
        raise UsageError(
            f"The prior draws from {drawn} generators, and {network}.generators is {generators}: "
            f"--set {network}.generators={drawn}"
        )
