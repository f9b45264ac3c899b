"""The base of a game: noise, the values in it that a user can give, and samples from the
generator."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor

from ganzoo.engine.noise import seeded_noise
from ganzoo.engine.world import World
from ganzoo.errors import UsageError, near
from ganzoo.interfaces import Component, Generator, Network, NoisePrior
from ganzoo.types import Batch, Spec, scale

SOURCE = "source"  # the condition that is an image to translate
FORWARD = "forward"
LARGEST = torch.finfo(torch.float32).max


class Drawing(Component):
    """The methods of a game that draw samples, in a training or from a trained generator. A game
    may override each of them."""

    generator: Generator
    prior: NoisePrior
    spec: Spec
    world: World = World()

    def g_spec(self) -> Spec:
        """The generator's spec: the spec of the data, with the length of the noise and of each of
        its latent codes."""
        return self.spec.replace(z_dim=self.prior.dim, codes=self.prior.codes)

    def g_input(self, noise: Batch) -> Tensor:
        """The first argument of the generator: z."""
        return noise.tensor("z")

    def generate(self, noise: Batch) -> Batch:
        """Samples made from noise. Of the game's methods, only this one and those of styles call
        the generator."""
        x = self.generator(self.g_input(noise), **taken(self.generator, noise))
        return noise.replace(x=x)

    def fake(self, real: Batch) -> Batch:
        """As many fakes as there are real samples, for the discriminator in a training."""
        return self.fake_of(self.noise_for(real))

    def noise_for(self, real: Batch) -> Batch:
        """The noise of as many fakes as there are real samples: from the prior, with the labels and
        conditions of the real samples."""
        noise = self.world.noise(self.prior, len(real), self._device())
        return noise.replace(y=real.y, cond=real.cond)

    def fake_of(self, noise: Batch) -> Batch:
        """The fakes that are made from noise, as the discriminator sees them: G's x, converted to
        float32 if G computes in another precision."""
        made = self.generate(noise)
        return made if made.x is None else made.replace(x=made.x.float())

    @property
    def encodes(self) -> bool:
        """Whether samples can be encoded: whether there is a network with the role ``encoder``. A
        game that overrides ``encode`` to do without this role overrides this property too."""
        return hasattr(self, "encoder")

    def encode(self, samples: Batch) -> Batch:
        """The noise that samples are encoded to, by the network with the role ``encoder``. Their
        labels and conditions stay. Raises UsageError in a game without this role."""
        if not self.encodes:
            raise UsageError(
                "This game has no encoder, so samples cannot be encoded: choose a recipe with a "
                "network 'encoder'. `ganzoo project` searches the noise of a sample without one."
            )
        encoder = cast("Network", self.encoder)
        return samples.replace(x=None, z=encoder(samples.x, **taken(encoder, samples)))

    def styles(self, noise: Batch) -> Tensor | None:
        """The styles of the samples of noise, (N, layers, dim); None for a generator without
        styles."""
        return self.generator.styles(self.g_input(noise), **taken(self.generator, noise))

    def synthesise(self, styles: Tensor) -> Tensor:
        """The samples of styles, (N, *spec.shape)."""
        return self.generator.synthesise(styles)

    @property
    def conditional(self) -> bool:
        """Whether samples are drawn by label."""
        return "y" in self.generator.takes

    def noise(
        self, n: int, seed: int | None = None, given: Mapping[str, Any] | None = None
    ) -> Batch:
        """Noise for n samples, on the device of the generator network. In a conditional game it has
        the labels 0, 1, 2, ..., again and again.

        ``seed``: with a seed, the noise of the k-th sample is the same for every n and on every
        device; None draws from torch's own generator. ``given``: values that all samples get, by
        name (see ``givable`` and ``conditions``). Raises UsageError for an unknown name, or a value
        that is not allowed."""
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
        """The names of values that can be given for samples: the label in a conditional game, and
        the prior's codes."""
        return (*(("label",) if self.conditional else ()), *self.prior.codes)

    def conditions(self) -> tuple[str, ...]:
        """The names of the conditions that the generator takes, which can be given for samples
        too."""
        known = ("x", "y", "z", *self.prior.codes)
        return tuple(name for name in self.generator.takes if name not in known)

    def translations(self) -> Mapping[str, str]:
        """The directions in which the game translates images, the main one first, each with the
        name of the tensor of a batch that has the images to translate. A generator that takes the
        condition ``source`` translates its images; all other generators translate none."""
        return {FORWARD: SOURCE} if SOURCE in self.conditions() else {}

    def translate(self, noise: Batch, direction: str) -> Batch:
        """Samples: the translations of ``noise.cond["source"]``. ``direction``: one of
        ``translations()``."""
        return self.generate(noise)

    def give(self, noise: Batch, name: str, value: Any) -> Batch:
        """The noise with a value given for the label (a number), for a code, or for a condition (a
        tensor with one row for all samples, or one row for each sample). Raises UsageError for a
        value that is not allowed."""
        if name in self.conditions():
            return noise.replace(cond={**noise.cond, name: self._condition(noise, name, value)})
        if name in self.prior.codes:
            return self.prior.give(noise, name, self._number(name, value))
        if name != "label":
            return self.prior.give(noise, name, value)
        number = isinstance(value, int) and not isinstance(value, bool)
        if not number or not 0 <= value < self.spec.classes:
            raise UsageError(
                f"Labels run from 0 to {self.spec.classes - 1}; there is no label {value}."
            )
        assert noise.y is not None
        return noise.replace(y=torch.full_like(noise.y, value))

    def _number(self, name: str, value: Any) -> float:
        """A value given for a code of the prior: a number, which may be an array without axes.
        Raises UsageError for text, for arrays, and for numbers that are not finite in float32."""
        if getattr(value, "ndim", None) == 0:  # of torch or NumPy
            value = value.item()
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return value
        try:
            values = self.prior.traversal(name, 2)
        except UsageError:  # a prior does not have to tell the values of its codes
            drawn = ""
        else:
            drawn = f"; the prior draws it from {min(values):g} to {max(values):g}"
        shape = getattr(value, "shape", None)
        shown = reprlib.repr(value) if shape is None else f"an array of shape {tuple(shape)}"
        raise UsageError(f"The code {name!r} takes one finite number, and not {shown}{drawn}.")

    def _condition(self, noise: Batch, name: str, value: Any) -> Tensor:
        """A condition with a row for each sample. uint8 images are scaled as the data is."""
        if isinstance(value, str):
            raise UsageError(f"{name!r} takes an array, from a file NAME.npy, and not {value!r}.")
        rows = torch.as_tensor(value, device=self._device())
        if rows.ndim < 2 or len(rows) not in (1, len(noise)):
            raise UsageError(
                f"{name!r} takes an array with 1 row, or with {len(noise)} rows, one for each "
                f"sample, and not an array of shape {tuple(rows.shape)}."
            )
        rows = scale(rows, self.spec) if rows.dtype == torch.uint8 else rows.float()
        return rows.expand(len(noise), *rows.shape[1:])

    def _device(self) -> torch.device:
        return next(self.generator.parameters()).device


def taken(network: Network, batch: Batch) -> dict[str, Tensor]:
    """The tensors of the batch that a network takes in addition to its first argument."""
    return {name: batch.tensor(name) for name in network.takes}
