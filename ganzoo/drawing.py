"""The generator's side of a game: noise, what of it can be given, and the samples made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Component, Generator, Network, NoisePrior
from ganzoo.noise import seeded_noise
from ganzoo.types import Batch, Spec, scale


class Drawing(Component):
    """How samples are drawn from a game: its base, which sampling alone needs too. A game may
    override each rule."""

    generator: Generator
    prior: NoisePrior
    spec: Spec

    def generate(self, noise: Batch) -> Batch:
        """Noise turned into samples: the one place where the generator is called."""
        return noise.replace(x=self.generator(noise.z, **taken(self.generator, noise)))

    @property
    def conditional(self) -> bool:
        """Whether labels say which samples are drawn."""
        return "y" in self.generator.takes

    def noise(
        self, n: int, seed: int | None = None, given: Mapping[str, Any] | None = None
    ) -> Batch:
        """Noise for n samples, on the generator network's device. In a conditional game it has
        labels, which cycle.

        ``seed``: the k-th sample's noise is the same however many are drawn, and on whichever
        device; None draws from torch's own generator. ``given``: the values that are held, by name
        (see ``givable`` and ``conditions``). Raises UsageError for a name or a value that there is
        not."""
        if seed is None:
            noise = self.prior.draw(n, device=self._device())
        else:
            noise = seeded_noise(self.prior, n, seed).map(lambda tensor: tensor.to(self._device()))
        if self.conditional:
            noise = noise.replace(y=torch.arange(n, device=self._device()) % self.spec.classes)
        for name, value in (given or {}).items():
            known = (*self.givable(), *self.conditions())
            if name not in known:
                raise UsageError(
                    f"Samples of this game cannot be drawn by a given {name!r}. {near(name, known)}"
                )
            noise = self.give(noise, name, value)
        return noise

    def givable(self) -> tuple[str, ...]:
        """The names that samples can be drawn by: the label in a conditional game, and the prior's
        codes."""
        return (*(("label",) if self.conditional else ()), *self.prior.codes)

    def conditions(self) -> tuple[str, ...]:
        """The conditions that the generator takes, which samples can be drawn by as well."""
        known = ("x", "y", "z", *self.prior.codes)
        return tuple(name for name in self.generator.takes if name not in known)

    def give(self, noise: Batch, name: str, value: Any) -> Batch:
        """The noise with the label (a number), a code, or a condition held: a tensor of one row for
        all samples, or of a row for each. Raises UsageError for a value that there is not."""
        if name in self.conditions():
            return noise.replace(cond={**noise.cond, name: self._condition(noise, name, value)})
        if name != "label":
            return self.prior.give(noise, name, value)
        if not isinstance(value, int) or not 0 <= value < self.spec.classes:
            raise UsageError(f"Labels run from 0 to {self.spec.classes - 1}; there is no {value}.")
        assert noise.y is not None
        return noise.replace(y=torch.full_like(noise.y, value))

    def _condition(self, noise: Batch, name: str, value: Any) -> Tensor:
        """A condition with a row for each sample; uint8 images are scaled as those of the data."""
        if isinstance(value, str):
            raise UsageError(f"{name!r} takes an array, of a file NAME.npy, and not {value!r}.")
        rows = torch.as_tensor(value, device=self._device())
        if rows.ndim < 2 or len(rows) not in (1, len(noise)):
            raise UsageError(
                f"{name!r} takes an array of 1 row, or of {len(noise)}, one for each sample, not "
                f"one of shape {tuple(rows.shape)}."
            )
        rows = scale(rows, self.spec) if rows.dtype == torch.uint8 else rows.float()
        return rows.expand(len(noise), *rows.shape[1:])

    def _device(self) -> torch.device:
        return next(self.generator.parameters()).device


def taken(network: Network, batch: Batch) -> dict[str, Tensor]:
    """The tensors of the batch that a network takes beside its first argument."""
    return {name: batch.tensor(name) for name in network.takes}
