"""Drawing samples from a run: needs its generator's file alone, never the dataset."""

from __future__ import annotations

import math
import shlex
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import torch
from torch import Tensor

from ganzoo.assembly.build import build, game_name
from ganzoo.assembly.memory_limit import MemoryLimit
from ganzoo.device import choose_device
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.game import Game
from ganzoo.interfaces import Discriminator
from ganzoo.paths import expanded
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.run import Run, checkpoint
from ganzoo.run.config import named_classes
from ganzoo.run.folder import check_config
from ganzoo.run.provenance import FOR_SAMPLING, check_components, recipe_of, registry_for
from ganzoo.types import Batch, Spec

BATCH = 500


class Trained:
    """A trained generator. game: the networks that sampling needs, by role, in evaluation mode.
    config: that of its run, where a folder of images goes by its name and not by its path. step:
    how many steps it was trained for."""

    def __init__(
        self,
        game: Game,
        config: dict[str, Any],
        step: int,
        whole: Callable[[], Game] | None = None,
    ) -> None:
        self.game, self.config, self.step = game.eval(), config, step
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

    def sample(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
        z: Tensor | None = None,
    ) -> Tensor:
        """n samples, (n, *spec.shape) float32 in [spec.low, spec.high]; the same for the same seed.

        ``label``: the class to draw, by its number or its name (see ``number_of``), for a model
        that was trained on labels; else they cycle.
        ``given``: further values that are held, by name: a latent code, or the tensor of a
        condition, of one row or of n (``game.givable()`` names them). ``z``: (n, z_dim), the noise
        itself, instead of n draws from the prior.
        The k-th sample of a seed is the same however many are drawn, and on every device.
        """
        if z is None:
            return _joined(self.pieces(n, seed=seed, label=label, given=given))
        noise = self.noise(len(z), seed=seed, label=label, given=given)
        return _joined(self._made(noise.replace(z=z.to(self._device))))

    @torch.no_grad()
    def pieces(
        self,
        n: int = 64,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Iterator[Batch]:
        """The same n samples, a few hundred at a time, for more than fit in memory. Each piece has
        its x, float32, its z, and in a conditional game the labels y that were asked for."""
        return self._made(self.noise(n, seed=seed, label=label, given=given))

    @torch.no_grad()
    def interpolate(
        self,
        rows: int = 8,
        columns: int = 10,
        *,
        seed: int = 0,
        label: int | str | None = None,
        given: Mapping[str, Any] | None = None,
    ) -> Tensor:
        """(rows * columns, *spec.shape): in each row the way from one z to another, in equal steps,
        as in figure 3 of arXiv:1406.2661. ``label``, ``given``: as for ``sample``."""
        if rows < 1 or columns < 2:
            raise UsageError(f"{rows} rows of {columns}: it takes a row, and two columns at least.")
        ends = self.noise(2 * rows, seed=seed, label=label, given=given)
        assert ends.z is not None
        start, stop = ends.z[0::2, None], ends.z[1::2, None]
        way = torch.linspace(0, 1, columns, device=start.device)[None, :, None]
        z = torch.lerp(start, stop, way).reshape(rows * columns, -1)
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
                f"The game {game_name(self.recipe)!r} draws without labels, so it cannot draw one."
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
                f"Labels run from 0 to {self.spec.classes - 1}; there is no {number}.{named}"
            )
        return number

    @property
    def _device(self) -> torch.device:
        return next(self.game.generator.parameters()).device

    @torch.no_grad()
    def _made(self, noise: Batch) -> Iterator[Batch]:
        for start in range(0, len(noise), BATCH):
            piece = noise[start : start + BATCH]
            yield piece.replace(x=self.generate(piece))


def load(
    path: str | Path | Run,
    *,
    weights: Literal["ema", "raw"] = "ema",
    step: int | None = None,
    device: str = "cpu",
    plugins: Sequence[str | Path] = (),
    registry: Registry | None = None,
) -> Trained:
    """The generator of a run folder, or of a ``generator.safetensors`` on its own.

    ``weights``: averaged over the training, or as the last step left them. ``step``: of one of the
    run's checkpoints; the newest by default. Raises GanzooError where there is no such generator,
    or where a plugin that it needs is not installed.
    """
    if weights not in ("ema", "raw"):
        raise UsageError(f"There are no weights {weights!r}. {near(weights, ('ema', 'raw'))}")
    path, device = expanded(Path(path)), choose_device(device)
    registry = registry or registry_for(plugins)
    if path.is_file():
        if weights == "raw" or step is not None:
            raise UsageError(f"{path} holds the averaged weights of one step: load a run's folder.")
        return _of_file(path, device, registry)
    run = Run.open(path)
    if weights == "raw" or step is not None:
        return _of_checkpoint(run, weights, step, device, registry)
    if not run.generator.is_file():
        raise GanzooError(
            f"{run.path} has no generator yet: it was stopped before its first checkpoint. "
            "Train it anew with `ganzoo train`."
        )
    newest = checkpoint.last_step(run) or 0
    # The generator's file, which may be shared, does not say where the run's plugins are.
    trained = _of_file(run.generator, device, registry, run.config["plugins"])

    if trained.step < newest:
        warnings.warn(
            f"The generator of {run.path} is that of step {trained.step}, and the run has a "
            f"checkpoint of step {newest}. To finish it: "
            f"ganzoo resume {shlex.quote(str(run.path))}",
            stacklevel=2,
        )

    def whole() -> Game:
        return _of_checkpoint(run, weights, trained.step, device, registry).game

    return Trained(trained.game, trained.config, trained.step, whole)


def _of_file(
    path: Path, device: str, registry: Registry, plugins: Mapping[str, Any] | None = None
) -> Trained:
    """The generator in a file. ``plugins``: those of its run, where that is at hand."""
    tensors, about = checkpoint.read(path, device)
    if about["kind"] != "generator":
        raise GanzooError(f"{path} is a {about['kind']}; samples are drawn from its run's folder.")
    config: dict[str, Any] = about.get("config", {})
    check_config(config, path)
    config = {**config, "plugins": plugins or config["plugins"]}
    recipe = recipe_of(config)
    check_components(recipe, config, registry, *FOR_SAMPLING)
    with MemoryLimit(_stored(tensors), path):
        game = build(recipe, spec_of(config), registry, training=False)
    _fill(game, tensors, game.sampling_state(), path)
    return Trained(game.to(device), config, about["step"])


def _of_checkpoint(
    run: Run, weights: str, step: int | None, device: str, registry: Registry
) -> Trained:
    """The whole game in a checkpoint, with the networks that samples are drawn from."""
    tensors, about = checkpoint.of_step(run, step, device)
    recipe = recipe_of(run.config)
    check_components(recipe, run.config, registry)
    with MemoryLimit(_stored(tensors), run.path):
        game = build(recipe, spec_of(run.config), registry)
    state = {k.removeprefix("game."): t for k, t in tensors.items() if k.startswith("game.")}
    if weights == "ema":
        state |= {k.removeprefix("ema."): t for k, t in tensors.items() if k.startswith("ema.")}
    _fill(game, state, game.state_dict(), run.path)
    return Trained(game.to(device), run.config, about["step"], lambda: game)


def _stored(tensors: Mapping[str, Tensor]) -> int:
    return sum(tensor.nbytes for tensor in tensors.values())


def _fill(
    game: Game, tensors: Mapping[str, Tensor], expected: Mapping[str, Tensor], path: Path
) -> None:
    """Load weights into a game. Raises GanzooError where they are not those expected."""
    try:
        missing = [key for key in expected if key not in tensors]
        if missing:
            raise RuntimeError(f"There is no {missing[0]}.")
        unexpected = game.load_state_dict(tensors, strict=False).unexpected_keys
        if unexpected:
            raise RuntimeError(f"There is a {unexpected[0]} too many.")
        for key in expected:
            if tensors[key].is_floating_point() and not bool(tensors[key].isfinite().all()):
                raise GanzooError(f"The weights in {path} have diverged: {key} is not finite.")
    except RuntimeError as error:
        raise GanzooError(
            f"The weights in {path} do not fit the networks that are installed now: "
            f"{str(error).splitlines()[-1].strip()} Install the versions in its metadata."
        ) from None


def spec_of(config: dict[str, Any]) -> Spec:
    """The spec of the data that a run was trained on."""
    data, recipe = config["dataset"], config["recipe"]
    low, high = (recipe["low"], recipe["high"]) if data["bounded"] else (-math.inf, math.inf)
    return Spec(tuple(data["shape"]), classes=data["classes"], low=low, high=high)


def _joined(pieces: Iterator[Batch]) -> Tensor:
    return torch.cat([piece.x for piece in pieces if piece.x is not None])
