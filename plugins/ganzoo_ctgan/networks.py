"""The generator of arXiv:1907.00503."""

import torch
from torch import Tensor, nn

from ganzoo import Count, Generator, Spec


class ConcatenatingGenerator(Generator):
    """h <- (h, relu(batch_norm(linear(h)))) for each hidden layer, then a linear layer:
    (N, z_dim) -> (N, *spec.shape), unbounded (arXiv:1907.00503, section 4.4).

    Args:
        hidden: width of each hidden layer.
    """

    def __init__(self, spec: Spec, hidden: tuple[Count, ...] = (256, 256)) -> None:
        super().__init__(spec)
        layers, width = [], spec.z_dim
        for added in hidden:
            layers.append(
                nn.Sequential(nn.Linear(width, added, bias=False), nn.BatchNorm1d(added), nn.ReLU())
            )
            width += added
        self.layers = nn.ModuleList(layers)
        self.last = nn.Linear(width, spec.size)

    def forward(self, z: Tensor) -> Tensor:
        h = z
        for layer in self.layers:
            h = torch.cat((h, layer(h)), 1)
        x = self.last(h).reshape(-1, *self.spec.shape)
        if not self.spec.bounded:
            return x
        return self.spec.low + (self.spec.high - self.spec.low) * x.sigmoid()
