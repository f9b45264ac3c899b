"""The overfitting of D, by the two heuristics of ADA (arXiv:2006.06676, section 3)."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ganzoo import rng
from ganzoo.assembly.build import component
from ganzoo.data import files
from ganzoo.data.batches import Batches
from ganzoo.engine.engine import Engine
from ganzoo.engine.game import Game
from ganzoo.errors import GanzooError
from ganzoo.recipe import Recipe
from ganzoo.registry import Registry
from ganzoo.types import Batch, Data

SAMPLES = 256  # whose scores are read, or a few more, in batches of the training's size
MOST_BATCHES = 16


@dataclass(frozen=True)
class Measured:
    """r_t: the mean sign of D's scores of real training samples, in [-1, 1]. r_g: that of fakes.
    r_v: how far D's mean score of held-out samples is from that of training samples, as a share of
    the distance of the fakes: 0 for the same score, 1 for the score of fakes (equation 1); None
    without held-out samples."""

    r_t: float
    r_g: float
    r_v: float | None = None


def measure(engine: Engine, held_out: Data | None = None) -> Measured | None:
    """The overfitting of D at this step of a training in one process; None for a game whose losses
    have no scores of real samples. D's scores are computed on a copy of the game as in an update of
    D, with its augmentations, so that the training does not change.

    A score has a positive sign above the score at which the loss gives a sample the probability 1/2
    of being real. If scores are no probabilities, the sign is positive on the side of the training
    samples from the middle of the mean scores of training samples and fakes.
    """
    with rng.kept():
        game = _copy(engine.game)
        train = _scores(engine, game, engine.data)
        if train is None:
            return None
        real, fake = train
        signs, apart = _mean_signs(game, real, fake), (real.mean() - fake.mean()).item()
        held = None if held_out is None else _scores(engine, game, held_out)
        if held is None or not apart:
            return Measured(*signs)
        return Measured(*signs, r_v=(real.mean() - held[0].mean()).item() / apart)


def held_out(recipe: Recipe, registry: Registry, root: str | Path | None) -> Data | None:
    """Samples that are not trained on: the last further split of the recipe's dataset; None if
    there is none on this machine."""
    place = files.data_dir(root)
    try:
        dataset = component("dataset", recipe.dataset, registry)
        if len(dataset.splits) < 2 or type(dataset).is_available(place) is False:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on a split that is not trained on
            data: Data = dataset.load(place, dataset.splits[-1])
            return data
    except GanzooError:
        return None


def _copy(game: Game) -> Game:
    """A copy without penalties, which change losses and not scores."""
    shallow = copy.copy(game)
    shallow.forget_fakes()  # of the copy only: they cannot be copied
    twin = copy.deepcopy(shallow).train()
    twin.penalties = torch.nn.ModuleList()
    return twin


def _scores(engine: Engine, game: Game, data: Data) -> tuple[Tensor, Tensor] | None:
    """The scores of some samples of the data, and of as many fakes."""
    step = max(engine.step, 1)
    players = next((each for each in game.updates(step) if "d" in each), None)
    if players is None:
        return None
    reals, fakes = [], []
    for batch in _batches(engine, data):
        with engine.arithmetic.products(), engine.arithmetic.autocast(engine.batches.device):
            losses = game.losses(tuple(players), batch, step)
        if losses.real is None or losses.fake is None:
            return None
        reals.append(losses.real.score.detach().flatten())
        fakes.append(losses.fake.score.detach().flatten())
    return torch.cat(reals), torch.cat(fakes)


def _batches(engine: Engine, data: Data) -> Iterator[Batch]:
    size = engine.recipe.batch_size
    drawn = Batches(data, engine.game.spec, size, engine.batches.device, resident=False)
    for _ in range(min(-(-SAMPLES // size), MOST_BATCHES)):
        yield next(drawn)


def _mean_signs(game: Game, real: Tensor, fake: Tensor) -> tuple[float, float]:
    """Of the scores of real samples, and of fakes."""
    distance = real.mean() - fake.mean()

    def mean_sign(score: Tensor) -> float:
        probability = game.loss.probability(score)
        if probability is not None:
            return (probability - 0.5).sign().mean().item()
        return ((score - (real.mean() + fake.mean()) / 2) * distance).sign().mean().item()

    return mean_sign(real), mean_sign(fake)
