"""Drawing samples from a run: needs its generator's file alone, never the dataset."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganzoo.build import build
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, UsageError
from ganzoo.game import Game
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.run import Run, checkpoint
from ganzoo.run.folder import check_config
from ganzoo.sources import FOR_SAMPLING, recipe_of, registry_for, resolved
from ganzoo.types import Sample, Spec

BATCH = 500


class Trained:
    """A trained generator. config: that of its run; step: the rounds it was trained for."""

    def __init__(self, game: Game, config: dict[str, Any], step: int) -> None:
        self.game, self.config, self.step = game.eval(), config, step

    @property
    def spec(self) -> Spec:
        """What its samples are: their shape and range."""
        return self.game.spec

    @property
    def recipe(self) -> Recipe:
        return recipe_of(self.config)

    def sample(self, n: int = 64, *, seed: int = 0, label: int | None = None) -> Tensor:
        """n samples, (n, *spec.shape) float32 in [spec.low, spec.high]; the same for the same seed.

        ``label``: the class to draw, for a model that was trained on labels; else they cycle.
        """
        return _joined(self.pieces(n, seed=seed, label=label))

    @torch.no_grad()
    def pieces(self, n: int = 64, *, seed: int = 0, label: int | None = None) -> Iterator[Sample]:
        """The same n samples, a few hundred at a time, for more than fit in memory. Each piece has
        its x, float32, its z, and in a conditional game the labels y that were asked for."""
        if n < 1:
            raise UsageError(f"The number of samples must be at least 1, not {n}.")
        return self._made(self._noise(n, seed, label))

    @torch.no_grad()
    def interpolate(
        self, rows: int = 8, columns: int = 10, *, seed: int = 0, label: int | None = None
    ) -> Tensor:
        """(rows * columns, *spec.shape): in each row the way from one z to another, in equal steps,
        as in figure 3 of arXiv:1406.2661."""
        if rows < 1 or columns < 2:
            raise UsageError(f"{rows} rows of {columns}: it takes a row, and two columns at least.")
        ends = self._noise(2 * rows, seed, label)
        assert ends.z is not None
        start, stop = ends.z[0::2, None], ends.z[1::2, None]
        way = torch.linspace(0, 1, columns, device=start.device)[None, :, None]
        z = torch.lerp(start, stop, way).reshape(rows * columns, -1)

        def along(t: Tensor) -> Tensor:  # what is not z stays as it is at the start of the row
            return t[0::2].repeat_interleave(columns, 0)

        y = None if ends.y is None else along(ends.y)
        code = {key: along(value) for key, value in ends.code.items()}
        return _joined(self._made(Sample(z=z, y=y, code=code)))

    def _noise(self, n: int, seed: int, label: int | None) -> Sample:
        if label is not None and not self.game.conditional:
            raise UsageError(
                f"The game {self.recipe.game.name!r} draws without labels, so it cannot draw one."
            )
        if label is not None and not 0 <= label < self.spec.classes:
            raise UsageError(f"Labels run from 0 to {self.spec.classes - 1}; there is no {label}.")
        device = next(self.game.generator.parameters()).device
        return self.game.noise(n, torch.Generator(device).manual_seed(seed), label)

    @torch.no_grad()
    def _made(self, noise: Sample) -> Iterator[Sample]:
        for piece in _pieces(noise):
            made = self.game.generate(piece)
            yield made if made.x is None else made.but(x=made.x.float())


def load(
    path: str | Path | Run,
    *,
    device: str = "cpu",
    plugins: Sequence[str | Path] = (),
    registry: Registry | None = None,
) -> Trained:
    """The generator of a run folder, or of a ``generator.safetensors`` on its own.

    Raises GanzooError where there is none, or where a plugin that it needs is not installed.
    """
    path = Path(path)
    alone = path.is_file()
    if not alone:
        run = Run.open(path)
        path = run.generator
        if not path.is_file():
            raise GanzooError(
                f"{run.path} has no generator yet: it was stopped before its first checkpoint. "
                "Train it anew with `ganzoo train`."
            )
    device = choose_device(device)
    weights, about = checkpoint.read(path, device)
    if about["kind"] != "generator":
        raise GanzooError(f"{path} is a {about['kind']}; samples are drawn from its run's folder.")
    config: dict[str, Any] = about.get("config", {})
    check_config(config, path)
    if registry is None:
        # A run names the plugin files it was made with; a lone file, from anywhere, names no code.
        files = map(Path, plugins)
        registry = Registry.discover(files) if alone else registry_for(config, plugins)
    recipe = resolved(recipe_of(config), config, registry, *FOR_SAMPLING)
    game = build(recipe, spec_of(config), registry, playing=False)
    try:
        game.load_state_dict(weights)
    except RuntimeError as error:
        raise GanzooError(
            f"The weights in {path} do not fit the networks that are installed now: "
            f"{str(error).splitlines()[-1].strip()} Install the versions in its metadata."
        ) from None
    return Trained(game.to(device), config, about["step"])


def spec_of(config: dict[str, Any]) -> Spec:
    """The spec of the data that a run was trained on."""
    data, recipe = config["dataset"], config["recipe"]
    low, high = (recipe["low"], recipe["high"]) if data["bounded"] else (-math.inf, math.inf)
    return Spec(tuple(data["shape"]), classes=data["classes"], low=low, high=high)


def _joined(pieces: Iterator[Sample]) -> Tensor:
    return torch.cat([piece.x for piece in pieces if piece.x is not None])


def _pieces(noise: Sample) -> Iterator[Sample]:
    for start in range(0, len(noise), BATCH):
        part = slice(start, start + BATCH)
        yield Sample(
            z=None if noise.z is None else noise.z[part],
            y=None if noise.y is None else noise.y[part],
            code={key: value[part] for key, value in noise.code.items()},
        )
