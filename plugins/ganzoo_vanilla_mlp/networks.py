"""Multilayer perceptrons: a generator, and discriminators with leaky rectifiers or maxout."""

from typing import Literal

import torch
from torch import Tensor, nn

from ganzoo import Count, Data, Discriminator, Generator, Positive, Share, Spec, UsageError
from ganzoo_vanilla_mlp.dropout import Dropout

SLOPE = 0.2  # of the leaky rectifiers below 0
ACTIVATIONS = {
    "relu": nn.ReLU,
    "leaky-relu": lambda: nn.LeakyReLU(SLOPE),
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
}
Activation = Literal["relu", "leaky-relu", "gelu", "silu", "tanh"]
Init = Literal["torch", "he", "uniform"]


class MLPGenerator(Generator):
    """z through hidden layers to x, (N, z_dim) -> (N, *spec.shape).

    For bounded data, a squashing function scaled to [low, high] follows the last layer; for
    unbounded data, none.

    Args:
        hidden: width of each hidden layer.
        activation: the function after each hidden layer.
        batch_norm: normalise each hidden layer over the batch.
        output: the squashing function.
        init: the initial weights: "torch", the default of its layers; "he", normal
            (arXiv:1502.01852, section 2.2); "uniform", within +- init_range. With the last two,
            biases start at 0.
        init_range: bound of the initial weights, with the init "uniform".
        bias_from_data: set the output biases so that the squashed biases are the mean of the data,
            as in the GAN paper's own code.
    """

    def __init__(
        self,
        spec: Spec,
        hidden: tuple[Count, ...] = (256, 512, 1024),
        activation: Activation = "relu",
        batch_norm: bool = False,
        output: Literal["tanh", "sigmoid"] = "tanh",
        init: Init = "torch",
        init_range: Positive = 0.05,
        bias_from_data: bool = False,
    ) -> None:
        super().__init__(spec)
        if bias_from_data and not spec.bounded:
            raise UsageError(
                "generator.bias_from_data needs data with bounds, such as images. Switch it off: "
                "--set generator.bias_from_data=false"
            )
        self.output, self.bias_from_data = output, bias_from_data
        layers: list[nn.Module] = []
        width = spec.z_dim
        for wider in hidden:
            layers.append(nn.Linear(width, wider))
            if batch_norm:
                layers.append(nn.BatchNorm1d(wider))
            layers.append(ACTIVATIONS[activation]())
            width = wider
        self.body = nn.Sequential(*layers)
        self.last = nn.Linear(width, spec.size)
        _initialise(self, init, init_range)

    def forward(self, z: Tensor) -> Tensor:
        h = self.body(z)  # (N, z_dim) -> (N, hidden[-1])
        a = self.last(h)  # (N, spec.size)
        return self._squash(a).reshape(-1, *self.spec.shape)  # (N, *spec.shape)

    def _squash(self, a: Tensor) -> Tensor:
        """Map each value of ``a``, of any shape, into [low, high]; unbounded data are unchanged."""
        if not self.spec.bounded:
            return a
        if self.output == "sigmoid":
            return self.spec.low + (self.spec.high - self.spec.low) * a.sigmoid()
        return self.spec.ranged(a.tanh())

    @torch.no_grad()
    def prepare(self, data: Data) -> None:
        if not self.bias_from_data:
            return
        spec = self.spec
        mean = data.mean(spec).flatten().to(self.last.bias.device)  # (spec.size,)
        unit = ((mean - spec.low) / (spec.high - spec.low)).clamp(1e-7, 1 - 1e-7)
        logit = unit.logit()  # tanh(a) = 2 sigmoid(2 a) - 1
        self.last.bias.copy_(logit if self.output == "sigmoid" else logit / 2)


class MLPDiscriminator(Discriminator):
    """x through hidden layers to a score, (N, *spec.shape) -> (N,).

    Args:
        hidden: width of each hidden layer.
        slope: slope of leaky rectifiers below 0, with the activation "leaky-relu".
        activation: the function after each hidden layer.
        input_dropout: share of x's values dropped.
        dropout: share of each hidden layer's values dropped.
        layer_norm: bring each hidden layer's values to mean 0 and variance 1 (arXiv:1607.06450).
        init: as for the generator mlp.
        init_range: bound of the initial weights, with the init "uniform".
        spectral_norm: divide each layer's weights by their largest singular value
            (arXiv:1802.05957, section 2.1).
    """

    def __init__(
        self,
        spec: Spec,
        hidden: tuple[Count, ...] = (512, 256),
        slope: float = SLOPE,
        activation: Activation = "leaky-relu",
        input_dropout: Share = 0.0,
        dropout: Share = 0.3,
        layer_norm: bool = False,
        init: Init = "torch",
        init_range: Positive = 0.05,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        layers: list[nn.Module] = [nn.Flatten(), Dropout(input_dropout)]
        width = spec.size
        for narrower in hidden:
            leaky = activation == "leaky-relu"
            function = nn.LeakyReLU(slope) if leaky else ACTIVATIONS[activation]()
            layers += [nn.Linear(width, narrower), function]
            if layer_norm:
                layers.append(nn.LayerNorm(narrower, elementwise_affine=False))
            layers.append(Dropout(dropout))
            width = narrower
        self.body = nn.Sequential(*layers)
        self.last = nn.Linear(width, 1)
        _initialise(self, init, init_range)
        if spectral_norm:
            self.apply_spectral_norm()

    def forward(self, x: Tensor) -> Tensor:
        h = self.body(x)  # (N, *spec.shape) -> (N, hidden[-1])
        return self.last(h).squeeze(1)  # (N, 1) -> (N,)


class Maxout(nn.Module):
    """Each unit is the maximum of several affine maps: (N, width) -> (N, units)
    (arXiv:1302.4389, section 3)."""

    def __init__(self, width: int, units: int, pieces: int) -> None:
        super().__init__()
        self.pieces = pieces
        self.affine = nn.Linear(width, units * pieces)

    def forward(self, x: Tensor) -> Tensor:
        affine = self.affine(x).unflatten(1, (-1, self.pieces))  # (N, units, pieces)
        return affine.amax(2)  # (N, units)


class MaxoutDiscriminator(Discriminator):
    """Maxout layers (arXiv:1302.4389, section 3) with dropout on every layer's input:
    (N, *spec.shape) -> (N,).

    Args:
        units: width of each maxout layer.
        pieces: affine maps of each unit.
        input_dropout: share of x's values dropped.
        dropout: share of the other layers' inputs dropped, the output layer's included.
        init: as for the generator mlp.
        init_range: bound of the initial weights, with the init "uniform".
        spectral_norm: divide each layer's weights by their largest singular value
            (arXiv:1802.05957, section 2.1).
    """

    def __init__(
        self,
        spec: Spec,
        units: tuple[Count, ...] = (240, 240),
        pieces: Count = 5,
        input_dropout: Share = 0.2,
        dropout: Share = 0.5,
        init: Init = "torch",
        init_range: Positive = 0.005,
        spectral_norm: bool = False,
    ) -> None:
        super().__init__(spec)
        layers: list[nn.Module] = [nn.Flatten(), Dropout(input_dropout)]
        width = spec.size
        for narrower in units:
            layers += [Maxout(width, narrower, pieces), Dropout(dropout)]
            width = narrower
        self.body = nn.Sequential(*layers)
        self.last = nn.Linear(width, 1)
        _initialise(self, init, init_range)
        if spectral_norm:
            self.apply_spectral_norm()

    def forward(self, x: Tensor) -> Tensor:
        h = self.body(x)  # (N, *spec.shape) -> (N, units[-1])
        return self.last(h).squeeze(1)  # (N, 1) -> (N,)


def _initialise(network: nn.Module, init: Init, init_range: float) -> None:
    if init == "torch":
        return
    for module in network.modules():
        if isinstance(module, nn.Linear):
            if init == "he":
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            else:
                nn.init.uniform_(module.weight, -init_range, init_range)
            nn.init.zeros_(module.bias)
