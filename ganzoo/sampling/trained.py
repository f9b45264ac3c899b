"""Drawing samples from a trained generator."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import torch
from torch import Tensor

from ganzoo.assembly.build import game_name
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.interfaces import Discriminator
from ganzoo.recipe import Recipe
from ganzoo.run.config import named_classes
from ganzoo.run.image import as_png
from ganzoo.run.provenance import recipe_of
from ganzoo.sampling.latents import METHODS, between, truncated
from ganzoo.types import Batch, Data, Spec, conditions

BATCH = 500


class Trained:
    """A trained generator. game: the networks that sampling needs, by role, in evaluation mode.
    config: that of its run, where a folder of images goes by its name and not by its path. step:
    how many steps it was trained for. average: the number, from 1, of the average that its weights
    are, of a training that kept several."""

    def __init__(
        self,
        game: Game,
        config: dict[str, Any],
        step: int,
        whole: Callable[[], Game] | None = None,
        average: int = 1,
    ) -> None:
        self.game, self.config, self.step = game.eval(), config, step
        self.average = average
        self._whole = whole

    @property
    def spec(self) -> Spec:
        """Of its samples: their shape and range."""
        return self.game.spec

    @property
    def recipe(self) -> Recipe:
        return recipe_of(self.config)

    @cached_property
    def discriminator(self) -> Discriminator:
        """The discriminator of the same step, in evaluation mode. Raises GanzooError for a
        generator's file on its own, which holds none."""
        if self._whole is None:
            raise GanzooError(
                "A generator.safetensors holds no discriminator: load the run's folder instead."
            )
        return self._whole().discriminator.eval()

    def __repr__(self) -> str:
        spec, name = self.spec, self.config["recipe"]["name"]
        return (
            f"Trained({name} on {self.config['dataset']['name']}, step {self.step:,}: samples of "
            f"the shape {spec.shape} in [{spec.low:g}, {spec.high:g}])"
        )

    def _repr_png_(self) -> bytes | None:
        """64 images or 2,000 points as a picture, for notebooks; None if they cannot be drawn."""
        try:
            return as_png(self.sample(64 if self.spec.image else 2_000), self.spec)
        except UsageError:  # such as a game that needs conditions
            return None

    def sample(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
        z: Tensor | None = None,
        truncation: float | None = None,
        data: Data | None = None,
    ) -> Tensor:
        """n samples, (n, *spec.shape) float32 in [spec.low, spec.high]; the same for the same seed.

        ``label``: the class to draw, by its number or its name (see ``number_of``), for a model
        that was trained on labels; else they cycle.
        ``given``: further values that are held, by name: a latent code, or the tensor of a
        condition, of one row or of n (``game.givable()`` names them). ``z``: (n, z_dim), the noise
        itself, instead of n draws from the prior. ``truncation``: z from the normal distribution
        truncated at so many standard deviations, for samples that are more typical and less varied
        (arXiv:1809.11096, section 3.1); for a normal prior. ``data``: samples whose conditions are
        taken, as in training, with their labels: of rows drawn at random, all of them before any
        comes again.
        The k-th sample of a seed is the same however many are drawn, and on every device.
        """
        if z is not None:
            z, n = self._checked(z, truncation), len(z)
        noise = self.noise(n, seed=seed, label=label, given=given)
        if z is not None:
            noise = noise.replace(z=z)
        if truncation is not None:
            noise = noise.replace(z=self._truncated(noise, truncation))
        conditions = _Conditions.drawn(data, n, seed, label is None)
        return _joined(self._made(noise, conditions))

    @torch.no_grad()
    def pieces(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
        data: Data | None = None,
    ) -> Iterator[Batch]:
        """The same n samples, a few hundred at a time, for more than fit in memory. Each piece has
        its x, float32, its z, and in a conditional game the labels y that were asked for."""
        noise = self.noise(n, seed=seed, label=label, given=given)
        conditions = _Conditions.drawn(data, n, seed, label is None)
        return self._made(noise, conditions)

    @torch.no_grad()
    def interpolate(
        self,
        rows: int = 8,
        columns: int = 10,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
        method: Literal["linear", "slerp"] = "linear",
    ) -> Tensor:
        """(rows * columns, *spec.shape): in each row the way from one z to another, in equal steps,
        as in figure 3 of arXiv:1406.2661. ``label``, ``given``: as for ``sample``. ``method``: the
        way, linear or, with equal steps of the angle, slerp (arXiv:1609.04468, section 2.1)."""
        if method not in METHODS:
            raise UsageError(f"There is no method {method!r}. {near(method, METHODS)}")
        if rows < 1 or columns < 2:
            raise UsageError(f"{rows} rows of {columns}: it takes a row, and two columns at least.")
        ends = self.noise(2 * rows, seed=seed, label=label, given=given)
        assert ends.z is not None
        start, stop = ends.z[0::2, None], ends.z[1::2, None]
        way = torch.linspace(0, 1, columns, device=start.device)[None, :, None]
        z = between(start, stop, way, method).reshape(rows * columns, -1)
        # All but z stays as it is at the start of the row.
        along = ends[0::2].map(lambda tensor: tensor.repeat_interleave(columns, 0))
        return _joined(self._made(along.replace(z=z)))

    def noise(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Batch:
        """The noise that ``sample`` of the same arguments turns into samples: z (n, z_dim), with
        labels and latent codes where the game has them."""
        if n < 1:
            raise UsageError(f"The number of samples must be at least 1, not {n}.")
        held = dict(given or {})
        if label is not None:
            held["label"] = self.number_of(label)
        if isinstance(held.get("label"), str):
            held["label"] = self.number_of(held["label"])
        return self.game.noise(n, seed, held)

    @torch.no_grad()
    def generate(self, noise: Batch) -> Tensor:
        """(n, *spec.shape) float32: the samples of a batch of noise, all at once."""
        x = self.game.generate(noise).x
        assert x is not None
        return x.float()

    def number_of(self, label: int | str) -> int:
        """The number of a class. A string is a class's name, else a number.

        Raises UsageError where there is no such class, and where nothing is drawn by labels.
        """
        if not self.game.conditional:
            raise UsageError(
                f"The game {game_name(self.recipe)!r} draws without labels, so no class can be "
                "chosen. A conditional recipe draws a chosen class."
            )
        names = self.config["dataset"].get("labels", [])
        if label in names:
            return int(names.index(label))
        try:
            number = int(label)
        except ValueError:
            most = self.spec.classes - 1
            hint = near(str(label), names) if names else f"Give a number from 0 to {most}."
            raise UsageError(f"There is no class {label!r}. {hint}") from None
        if not 0 <= number < self.spec.classes:
            plain = [str(each) for each in range(self.spec.classes)]
            named = f" They are {named_classes(names)}." if names and names != plain else ""
            raise UsageError(
                f"Labels run from 0 to {self.spec.classes - 1}; there is no label {number}.{named}"
            )
        return number

    def _checked(self, z: Tensor, truncation: float | None) -> Tensor:
        """A given z on the device of the generator, float32."""
        dim = self.game.prior.dim
        if z.ndim != 2 or z.shape[1] != dim or not len(z) or z.is_complex():
            raise UsageError(
                f"z is an array of shape (n, {dim}), a row for each sample, and not of shape "
                f"{tuple(z.shape)}."
            )
        if truncation is not None:
            raise UsageError("A given z is used as it is: give z or a truncation, not both.")
        if not z.float().isfinite().all():
            raise UsageError("z has numbers that are not finite.")
        return z.to(self._device, torch.float32)

    def _truncated(self, noise: Batch, limit: float) -> Tensor:
        if not (limit > 0 and math.isfinite(limit)):
            raise UsageError(f"The truncation must be greater than 0, not {limit!r}.")
        std = self.game.prior.normal_std
        if std is None:
            raise UsageError(
                "A truncation is for z of a normal distribution, and the prior of this generator "
                f"is {self.recipe.prior.bare!r}."
            )
        assert noise.z is not None
        return truncated(noise.z, limit, std)

    @property
    def _device(self) -> torch.device:
        return next(self.game.generator.parameters()).device

    @torch.no_grad()
    def _made(self, noise: Batch, conditions: _Conditions | None = None) -> Iterator[Batch]:
        for start in range(0, len(noise), BATCH):
            piece = noise[start : start + BATCH]
            if conditions is not None:
                piece = conditions.of(piece, start, self.spec)
            for name in self.game.conditions():
                if name not in piece.cond and name not in piece.code:
                    raise UsageError(
                        f"This generator takes a condition {name!r} with each sample: give an "
                        f"array of 1 row, or of a row for each, as given={{{name!r}: array}} in "
                        f"Python, and as --given {name}=FILE.npy to a command. In Python, "
                        "sample takes the conditions of a dataset too, as data=."
                    )
            yield piece.replace(x=self.generate(piece))


@dataclass(frozen=True)
class _Conditions:
    """The conditions of rows of the data, one for each sample. labels: whether the labels of the
    rows are taken too."""

    data: Data
    rows: Tensor
    labels: bool

    @classmethod
    def drawn(cls, data: Data | None, n: int, seed: int, labels: bool) -> _Conditions | None:
        """Of n rows, drawn at random under the seed: all rows before any comes again. None for data
        without conditions."""
        if data is None or not data.cond:
            return None
        dice = torch.Generator().manual_seed(seed)
        epochs = [torch.randperm(len(data), generator=dice) for _ in range(-(-n // len(data)))]
        return cls(data, torch.cat(epochs)[:n], labels)

    def of(self, piece: Batch, start: int, spec: Spec) -> Batch:
        """The piece of the noise that begins at ``start``; the conditions that it has stay."""
        rows, y = self.rows[start : start + len(piece)], piece.y
        device = None if piece.z is None else piece.z.device
        if self.labels and y is not None and self.data.y is not None:
            y = self.data.y[rows].to(y.device)
        cond = conditions(self.data.cond, rows, spec, device)
        return piece.replace(y=y, cond={**cond, **piece.cond})


def _joined(pieces: Iterator[Batch]) -> Tensor:
    return torch.cat([piece.x for piece in pieces if piece.x is not None])
