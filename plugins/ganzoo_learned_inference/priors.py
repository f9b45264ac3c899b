"""The noise of arXiv:1606.03657: latent codes beside noise without a meaning."""

from collections.abc import Mapping
from typing import Annotated

import torch
from msgspec import Meta
from torch import Tensor
from torch.nn.functional import one_hot

from ganzoo import Batch, Count, NoisePrior, UsageError

Number = Annotated[int, Meta(ge=0)]
Categories = Annotated[int, Meta(ge=2)]
CATEGORY = "category"


class NoiseAndCodes(NoisePrior):
    """z = (noise, the category as a one-hot vector, the continuous codes), section 7.1 of
    arXiv:1606.03657. The codes are ``category``, int64 (N,), and ``c1``, ``c2``, ..., float (N, 1).

    Args:
        noise: length of the part of z without codes, whose elements are normal.
        categories: number of values of the code ``category``, equally likely.
        continuous: number of continuous codes, uniform on [-1, 1).
    """

    def __init__(
        self, noise: Count = 62, categories: Categories = 10, continuous: Number = 2
    ) -> None:
        super().__init__()
        self.noise, self.categories, self.continuous = noise, categories, continuous
        self.dim = noise + categories + continuous
        numbers = {f"c{k + 1}": 1 for k in range(continuous)}
        self.codes: Mapping[str, int] = {CATEGORY: categories, **numbers}

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        noise = torch.randn(n, self.noise, device=device, generator=generator)
        category = torch.randint(self.categories, (n,), device=device, generator=generator)
        c = torch.rand(n, self.continuous, device=device, generator=generator) * 2 - 1
        code = {f"c{k + 1}": c[:, k : k + 1] for k in range(self.continuous)}
        return self._joined(Batch(), noise, {CATEGORY: category, **code})

    def give(self, noise: Batch, name: str, value: float) -> Batch:
        if name not in self.codes:
            return super().give(noise, name, value)
        if name == CATEGORY and value not in range(self.categories):
            raise UsageError(
                f"The categories are 0 to {self.categories - 1}; there is no category {value}."
            )
        code = {**noise.code, name: torch.full_like(noise.code[name], value)}
        return self._joined(noise, noise.tensor("z")[:, : self.noise], code)

    def traversal(self, name: str, count: int) -> list[float]:
        if name not in self.codes:
            return super().traversal(name, count)
        if name == CATEGORY:
            return [float(category) for category in range(self.categories)]
        return torch.linspace(-1, 1, count).tolist()

    def _joined(self, rest: Batch, noise: Tensor, code: Mapping[str, Tensor]) -> Batch:
        """z of its parts, (N, dim), in a batch with the other tensors of ``rest``."""
        ones = one_hot(code[CATEGORY], self.categories).to(noise)
        numbers = [code[name] for name in self.codes if name != CATEGORY]
        return rest.replace(z=torch.cat((noise, ones, *numbers), 1), code=code)
