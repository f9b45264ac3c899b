"""Drawing samples from a trained generator."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal

import torch
from torch import Tensor

from ganzoo.assembly.build import game_name
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.evaluation.progress import Progress
from ganzoo.interfaces import Discriminator
from ganzoo.notebook.progress import reporting
from ganzoo.recipe import Recipe
from ganzoo.run.image import png
from ganzoo.run.provenance import recipe_of
from ganzoo.sampling.codes import traversed
from ganzoo.sampling.conditions import Conditions, require
from ganzoo.sampling.directions import POINTS, Directions, directions, unit_step
from ganzoo.sampling.labels import class_number
from ganzoo.sampling.latents import METHODS, between, truncated
from ganzoo.sampling.projection import PRIOR_WEIGHT, Projection, Settings, projected
from ganzoo.sampling.styles import checked_layers, crossed, mixing_table, styles_near
from ganzoo.sampling.targets import given_samples
from ganzoo.sampling.translation import translated
from ganzoo.types import Batch, Data, Spec

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
        """Samples as their view shows them, for notebooks; None if they cannot be drawn."""
        view = self.game.view
        try:
            return None if view is None else png(view.show(self.sample(view.count).cpu()))
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
        direction: Tensor | None = None,
        by: float = 1.0,
        data: Data | None = None,
    ) -> Tensor:
        """n samples, (n, *spec.shape) float32 in [spec.low, spec.high]; the same for the same seed.

        ``label``: the class to draw, by its number or its name (see ``number_of``), for a model
        that was trained on labels; else they cycle.
        ``given``: further values that are held, by name: a latent code, or the tensor of a
        condition, of one row or of n (``game.givable()`` names them). ``z``: (n, z_dim), the noise
        itself, instead of n draws from the prior. ``truncation``: for samples that are more typical
        and less varied. z comes from the normal distribution truncated at so many standard
        deviations (arXiv:1809.11096, section 3.1), for a normal prior. For a generator with styles,
        each style is moved towards the mean style, to so many times its distance from it
        (arXiv:1812.04948, section 2.3). ``direction``: (z_dim,), such as one of ``directions``, to
        move z along, ``by`` so many standard deviations of z for a direction of length 1. ``data``:
        samples whose conditions are taken, as in training, with their labels: of rows drawn at
        random, all of them before any comes again.
        The k-th sample of a seed is the same however many are drawn, and on every device.
        """
        if z is not None:
            z, n = self._checked(z, truncation), len(z)
        noise = self.noise(n, seed=seed, label=label, given=given)
        if z is not None:
            noise = noise.replace(z=z)
        mean = None if truncation is None else self._mean_style(truncation)
        if truncation is not None and mean is None:
            noise = noise.replace(z=self._truncated(noise, truncation))
        if direction is not None:
            assert noise.z is not None
            noise = noise.replace(z=noise.z + by * unit_step(self.game, direction))
        conditions = Conditions.drawn(data, n, seed, label is None)
        if truncation is None or mean is None:
            return _joined(self._made(noise, conditions))

        def generate(piece: Batch) -> Tensor:
            styles = self.game.styles(piece)
            assert styles is not None
            return self.game.synthesise(styles_near(styles, mean, truncation)).float()

        return _joined(self._made(noise, conditions, generate))

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
        conditions = Conditions.drawn(data, n, seed, label is None)
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
        direction: Tensor | None = None,
        by: float = 3.0,
        code: str | None = None,
    ) -> Tensor:
        """(rows * columns, *spec.shape): in each row the way from one z to another, in equal steps,
        as in figure 3 of arXiv:1406.2661. ``label``, ``given``: as for ``sample``. ``method``: the
        way, linear or, with equal steps of the angle, slerp (arXiv:1609.04468, section 2.1).
        ``direction``: (z_dim,), as for ``sample``: each row has its own z in the middle, and goes
        from ``by`` standard deviations against the direction to as many along it. ``code``: the
        name of a latent code; each row has its own noise, in which the code takes ``columns``
        values in turn, or all its values if it has few (arXiv:1606.03657, figure 2)."""
        if method not in METHODS:
            raise UsageError(f"There is no method {method!r}. {near(method, METHODS)}")
        if rows < 1 or columns < 2:
            raise UsageError(f"{rows} rows of {columns}: it takes a row, and two columns at least.")
        if code is not None:
            if direction is not None or method != "linear":
                raise UsageError("A code takes its values in turn: give no direction or method.")
            own = self.noise(rows, seed=seed, label=label, given=given)
            return _joined(self._made(traversed(self.game, own, code, columns)))
        if direction is None:
            ends = self.noise(2 * rows, seed=seed, label=label, given=given)
            assert ends.z is not None
            first, start, stop = ends[0::2], ends.z[0::2, None], ends.z[1::2, None]
        elif method != "linear":
            raise UsageError("The way along a direction is a line: give a direction or a method.")
        else:
            first = self.noise(rows, seed=seed, label=label, given=given)
            assert first.z is not None
            step = by * unit_step(self.game, direction)
            start, stop = first.z[:, None] - step, first.z[:, None] + step
        way = torch.linspace(0, 1, columns, device=start.device)[None, :, None]
        z = between(start, stop, way, method).reshape(rows * columns, -1)
        # All but z stays as it is at the start of the row.
        along = first.map(lambda tensor: tensor.repeat_interleave(columns, 0))
        return _joined(self._made(along.replace(z=z)))

    @torch.no_grad()
    def mix(
        self,
        rows: int = 4,
        columns: int = 6,
        *,
        layers: tuple[int, int] | None = None,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Tensor:
        """((rows + 1) * (columns + 1), *spec.shape): a table of mixed styles, row by row
        (arXiv:1812.04948, figure 3), for a generator with styles. After an empty corner, the first
        row has the samples of the columns, and the first column those of the rows. Each other
        sample has the styles of its row, and in ``layers`` those of its column.

        ``layers``: the first and the last, counted from 1, the coarsest; by default the finer half.
        ``label``, ``given``: as for ``sample``. Raises UsageError for a generator without styles.
        """
        if rows < 1 or columns < 1:
            raise UsageError(f"{rows} rows of {columns}: it takes a row and a column at least.")
        styles = self.game.styles(self.noise(rows + columns, seed=seed, label=label, given=given))
        if styles is None:
            raise UsageError(
                f"The generator {self.recipe.generator.bare!r} has no styles to mix. Those of the "
                "StyleGAN recipes have styles: `ganzoo list recipe`."
            )
        first, last = checked_layers(layers, styles.shape[1])
        mixed = crossed(styles[:rows], styles[rows:], first, last)
        samples, mixed = (
            torch.cat([self.game.synthesise(piece).float() for piece in torch.split(each, BATCH)])
            for each in (styles, mixed)
        )
        empty = self.spec.low if self.spec.bounded else 0.0
        return mixing_table(samples, mixed, rows, empty)

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

    @torch.no_grad()
    def encode(self, images: Any, labels: Tensor | None = None) -> Tensor:
        """(N, z_dim): the noise that the game's encoder gives for images, which are given as for
        ``project``. ``labels``: (N,) int64, for an encoder that takes them. Raises UsageError for a
        game without an encoder."""
        x = given_samples(images, self.spec, self.recipe)
        if labels is not None and len(labels) != len(x):
            raise UsageError(f"There are {len(labels)} labels for {len(x)} images: give one each.")
        batch = Batch(x=x, y=labels).map(lambda tensor: tensor.to(self._device))
        pieces = [batch[start : start + BATCH] for start in range(0, len(x), BATCH)]
        return torch.cat([self.game.encode(piece).tensor("z") for piece in pieces]).float()

    @torch.no_grad()
    def reconstruct(self, images: Any, labels: Tensor | None = None) -> Tensor:
        """(N, *spec.shape): the samples of the noise of ``encode``. ``labels``: (N,) int64, those
        of the images. Raises UsageError without labels for a generator that draws by labels."""
        if self.game.conditional and labels is None:
            raise UsageError(
                "This generator draws samples by their labels: give those of the images that are "
                "to be reconstructed."
            )
        z = self._checked(self.encode(images, labels), None)
        noise = self.noise(len(z)).replace(z=z)
        if labels is not None and noise.y is not None:
            noise = noise.replace(y=labels.to(self._device))
        return _joined(self._made(noise))

    def directions(self, count: int | None = None) -> Directions:
        """The directions of z along which the samples change most, the strongest ``count`` of them,
        without a training or labels (SeFa, arXiv:2007.06600): the eigenvectors of A^T A, where A
        has the layers that z meets first."""
        return directions(self.game, self.noise(POINTS), count)

    def project(
        self,
        images: Any,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
        steps: int = 300,
        restarts: int = 4,
        prior_weight: float = PRIOR_WEIGHT,
        features: Callable[[Tensor], Tensor] | None = None,
        progress: bool | Progress | None = None,
    ) -> Projection:
        """The noise whose samples are nearest to given images; the same for the same seed.

        ``images``: paths of image files, or of folders of images, which are brought to the form of
        the samples as by the dataset ``folder``; or a tensor (N, *spec.shape), uint8 or in [low,
        high]. ``label``: their class, by its number or name; by default it is searched.
        ``given``: as for ``sample``. ``steps``: of Adam, from each of ``restarts`` starts, the
        nearest of 256 draws. ``prior_weight``: of minus the logarithm of the density of z, for each
        coordinate; z of a prior that is not normal stays in the range of the prior's draws.
        ``features``: a differentiable function from images (N, C, H, W) in [0, 1] to vectors (N,
        dim), which are compared besides the pixels. ``progress``: as for ``ganzoo.evaluate``.
        """
        settings = Settings(steps, restarts, prior_weight)
        with reporting(progress) as report:
            return projected(
                self, images, settings, seed, label, dict(given or {}), features, report
            )

    def translate(
        self,
        images: Any,
        *,
        direction: str | None = None,
        seed: int = 0,
        label: int | str | None = None,
    ) -> Tensor:
        """(N, *spec.shape) float32: the translations of images, for a generator that takes a
        ``source``. ``images``: as for ``project``. ``direction``: one of ``game.translations()``;
        the first one by default. ``seed``: of the noise. ``label``: as for ``sample``. Raises
        UsageError for a generator that translates no images."""
        return translated(self, images, direction, seed, label)

    def number_of(self, label: int | str) -> int:
        """The number of a class. A string is a class's name, else a number.

        Raises UsageError where there is no such class, and where nothing is drawn by labels.
        """
        if not self.game.conditional:
            raise UsageError(
                f"The game {game_name(self.recipe)!r} draws without labels, so no class can be "
                "chosen. A conditional recipe draws a chosen class."
            )
        return class_number(label, self.config["dataset"].get("labels", []), self.spec.classes)

    def _checked(self, z: Tensor, truncation: float | None) -> Tensor:
        """A given z, which may be an array of NumPy, on the device of the generator, float32."""
        z, dim = torch.as_tensor(z), self.game.prior.dim
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

    def _mean_style(self, truncation: float) -> Tensor | None:
        """The style towards which samples are truncated; None for a generator without styles."""
        if not (truncation > 0 and math.isfinite(truncation)):
            raise UsageError(f"The truncation must be greater than 0, not {truncation!r}.")
        return self.game.generator.mean_style()

    def _truncated(self, noise: Batch, limit: float) -> Tensor:
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
    def _made(
        self,
        noise: Batch,
        conditions: Conditions | None = None,
        generate: Callable[[Batch], Tensor] | None = None,
    ) -> Iterator[Batch]:
        for start in range(0, len(noise), BATCH):
            piece = noise[start : start + BATCH]
            if conditions is not None:
                piece = conditions.of(piece, start, self.spec)
            require(self.game, piece)
            yield piece.replace(x=(generate or self.generate)(piece))


def _joined(pieces: Iterator[Batch]) -> Tensor:
    return torch.cat([piece.x for piece in pieces if piece.x is not None])
