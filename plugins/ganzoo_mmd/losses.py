"""The losses of MMD GANs (arXiv:1705.08584, arXiv:1812.09916)."""

from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from msgspec import Meta
from torch import Tensor

from ganzoo import Loss, Positive, Scores, Weight

Scales = Annotated[tuple[Positive, ...], Meta(min_length=1)]


class MMD(Loss):
    """G minimises the squared maximum mean discrepancy of the codes of data and of fakes,
    E k(x, x') - 2 E k(x, g) + E k(g, g'), under the kernel k(a, b) = mean over sigma of
    exp(-|a - b|² / (2 sigma²)), estimated without bias (arXiv:1705.08584, section 2).

    D minimises E k(x, x') - E k(g, g') with the kind "repulsive", which moves the codes of real
    samples apart (arXiv:1812.09916), or minus G's loss with "attractive" (arXiv:1705.08584,
    section 3).

    The codes are D's output ``code``, (N, ...). A D without this output is trained by its scores in
    place of codes. With codes, D also minimises ``reconstruction`` times minus its scores, the
    reconstruction errors of an autoencoder, of data and of fakes (arXiv:1705.08584, algorithm 1).

    Logged is the squared discrepancy, as ``mmd``.

    Args:
        kind: the loss of D.
        sigmas: the scales of the kernels.
        reconstruction: weight of the reconstruction errors.
    """

    g_needs_real = True

    def __init__(
        self,
        kind: Literal["repulsive", "attractive"] = "repulsive",
        sigmas: Scales = (1.0, 2.0, 4.0, 8.0, 16.0),
        reconstruction: Weight = 1.0,
    ) -> None:
        super().__init__()
        self.kind, self.sigmas, self.reconstruction = kind, sigmas, reconstruction

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        within_real, across, within_fake = self._similarities(real, fake)
        term = within_real - within_fake
        if self.kind == "attractive":
            term = 2 * across - within_real - within_fake
        if "code" in real.aux:
            term = term - self.reconstruction * (real.score.mean() + fake.score.mean())
        return term

    def generator(self, real: Scores, fake: Scores) -> Tensor:
        within_real, across, within_fake = self._similarities(real, fake)
        return within_real - 2 * across + within_fake

    def report(self, real: Scores, fake: Scores) -> dict[str, Tensor]:
        return {**super().report(real, fake), "mmd": self.generator(real, fake)}

    def reading(self, scalars: Mapping[str, float]) -> str:
        if "mmd" not in scalars:
            return ""
        return (
            f"The squared discrepancy of the codes of data and samples is {scalars['mmd']:.3f}; "
            "it is 0 where D's codes cannot tell them apart."
        )

    def _similarities(self, real: Scores, fake: Scores) -> tuple[Tensor, Tensor, Tensor]:
        """The mean kernel of two different real samples, of a real sample and a fake, and of two
        different fakes."""
        x, g = codes(real), codes(fake)
        return (
            different(self._kernel(x, x)),
            self._kernel(x, g).mean(),
            different(self._kernel(g, g)),
        )

    def _kernel(self, a: Tensor, b: Tensor) -> Tensor:
        """(N, size) and (M, size) to (N, M)."""
        squared = (a[:, None] - b[None]).square().sum(2)
        return torch.stack([(-squared / (2 * s * s)).exp() for s in self.sigmas]).mean(0)


def codes(scores: Scores) -> Tensor:
    """(N, size), in the precision of the scores."""
    score = scores.score
    return scores.aux.get("code", score).to(score.dtype).reshape(len(score), -1)


def different(kernel: Tensor) -> Tensor:
    """The mean of a matrix (N, N) outside of its diagonal."""
    n = len(kernel)
    return (kernel.sum() - kernel.diagonal().sum()) / max(n * (n - 1), 1)
