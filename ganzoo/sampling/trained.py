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
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.progress import Progress
from ganzoo.interfaces import Discriminator
from ganzoo.notebook.progress import reporting
from ganzoo.recipe import Recipe
from ganzoo.run.image import png
from ganzoo.run.provenance import recipe_of
from ganzoo.sampling.conditions import Conditions, require
from ganzoo.sampling.directions import POINTS, Directions, directions, unit_step
from ganzoo.sampling.encoding import encoded, reconstructed
from ganzoo.sampling.interpolation import interpolated
from ganzoo.sampling.labels import class_number
from ganzoo.sampling.latents import checked_z, truncated
from ganzoo.sampling.mixing import mixed
from ganzoo.sampling.pieces import in_pieces, joined
from ganzoo.sampling.projection import PRIOR_WEIGHT, Projection, Settings, projected
from ganzoo.sampling.styles import styles_near
from ganzoo.sampling.translation import translated
from ganzoo.types import Batch, Data, Spec


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
    def device(self) -> torch.device:
        """Of its weights and its samples."""
        return next(self.game.generator.parameters()).device

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
            if truncation is not None:
                raise UsageError("A given z is used as it is: give z or a truncation, not both.")
            z = checked_z(z, self.game.prior.dim).to(self.device)
            n = len(z)
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
            return joined(in_pieces(self, noise, conditions))

        def generate(piece: Batch) -> Tensor:
            styles = self.game.styles(piece)
            assert styles is not None
            return self.game.synthesise(styles_near(styles, mean, truncation)).float()

        return joined(in_pieces(self, noise, conditions, generate))

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
        return in_pieces(self, noise, conditions)

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
        drawn = {"seed": seed, "label": label, "given": given}
        return interpolated(self, rows, columns, drawn, method, direction, by, code)

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
        return mixed(self, rows, columns, layers, {"seed": seed, "label": label, "given": given})

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

    def encode(self, images: Any, labels: Tensor | None = None) -> Tensor:
        """(N, z_dim): the noise that the game's encoder gives for images, which are given as for
        ``project``. ``labels``: (N,) int64, for an encoder that takes them. Raises UsageError for a
        game without an encoder."""
        return encoded(self, images, labels)

    def reconstruct(self, images: Any, labels: Tensor | None = None) -> Tensor:
        """(N, *spec.shape): the samples of the noise of ``encode``. ``labels``: (N,) int64, those
        of the images. Raises UsageError without labels for a generator that draws by labels."""
        return reconstructed(self, images, labels)

    def directions(
        self, count: int | None = None, *, given: Mapping[str, Any] | None = None
    ) -> Directions:
        """The directions of z along which the samples change most, the strongest ``count`` of them,
        without a training or labels (SeFa, arXiv:2007.06600): the eigenvectors of A^T A, where A
        has the layers that z meets first. ``given``: as for ``sample``, with one row for a
        condition."""
        noise = self.noise(POINTS, given=given)
        require(self.game, noise)
        return directions(self.game, noise, count)

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
