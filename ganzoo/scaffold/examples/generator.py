"""The smallest generator: one affine map."""

from ganzoo import Generator, Spec, register
from torch import Tensor, nn


@register("generator", "my-affine")
class Affine(Generator):
    """One affine map from z to x, with a sigmoid if the data has bounds.

    Args:
        gain: factor on the values before the sigmoid.
    """

    def __init__(self, spec: Spec, gain: float = 1.0) -> None:
        super().__init__(spec)
        self.gain = gain
        self.affine = nn.Linear(spec.z_dim, spec.size)

    def forward(self, z: Tensor) -> Tensor:
        a = self.gain * self.affine(z)  # (N, spec.size)
        x = a.reshape(-1, *self.spec.shape)
        if not self.spec.bounded:
            return x
        return self.spec.low + (self.spec.high - self.spec.low) * x.sigmoid()
