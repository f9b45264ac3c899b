"""The noise of several generators."""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ganzoo import Batch, Count, NoisePrior, UsageError


class GeneratorChoice(NoisePrior):
    """z = (noise, the generator): independent normal numbers, and a generator drawn uniformly, as
    a one-hot vector (arXiv:1708.02556, section 3, with equal weights of the mixture). The code
    ``generator`` has its number, int64 (N,).

    Args:
        noise: how many normal numbers.
        generators: how many generators.
    """

    def __init__(self, noise: Count = 100, generators: Count = 8) -> None:
        super().__init__()
        self.noise, self.generators = noise, generators
        self.dim = noise + generators
        self.codes: Mapping[str, int] = {"generator": generators}

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        noise = torch.randn(n, self.noise, device=device, generator=generator)
        choice = torch.randint(self.generators, (n,), device=device, generator=generator)
        return self._batch(noise, choice)

    def give(self, noise: Batch, name: str, value: float) -> Batch:
        if name not in self.codes:
            return super().give(noise, name, value)
        if int(value) != value or not 0 <= value < self.generators:
            raise UsageError(
                f"The generators have the numbers 0 to {self.generators - 1}; there is no "
                f"generator {value}."
            )
        choice = torch.full_like(noise.code["generator"], int(value))
        given = self._batch(noise.tensor("z")[:, : self.noise], choice)
        return noise.replace(z=given.z, code={**noise.code, **given.code})

    def traversal(self, name: str, count: int) -> list[float]:
        if name not in self.codes:
            return super().traversal(name, count)
        return [float(number) for number in range(self.generators)]

    def _batch(self, noise: Tensor, choice: Tensor) -> Batch:
        ones = one_hot(choice, self.generators).to(noise)
        return Batch(z=torch.cat((noise, ones), 1), code={"generator": choice})
