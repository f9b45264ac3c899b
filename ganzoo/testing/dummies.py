"""Small stand-in components and small datasets, with which a component is checked."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganzoo.interfaces import (
    Augmentation,
    Dataset,
    Discriminator,
    Features,
    Generator,
    Loss,
    NoisePrior,
    Penalty,
)
from ganzoo.recipe import Part, Recipe
from ganzoo.registry import Plugin
from ganzoo.registry.entries import Entry
from ganzoo.types import Batch, Data, Scores, Spec

# The specs of the data on which a component is checked.
CASES = {
    "gray 28x28 with 10 labels": Spec((1, 28, 28), classes=10),
    "colour 32x32 in [0, 1]": Spec((3, 32, 32), low=0.0, high=1.0),
    "2-D vectors": Spec((2,), low=-math.inf, high=math.inf),
    "2-D vectors with 8 labels": Spec((2,), classes=8, low=-math.inf, high=math.inf),
}


def tiny(spec: Spec, count: int = 64, seed: int = 0) -> Data:
    """A dataset of noise for a spec; its labels are 0, 1, ... in turn. The same seed gives the same
    data."""
    generator = torch.Generator().manual_seed(seed)
    if spec.bounded:
        x = torch.randint(0, 256, (count, *spec.shape), generator=generator, dtype=torch.uint8)
    else:
        x = torch.randn(count, *spec.shape, generator=generator)
    y = torch.arange(count) % spec.classes if spec.classes else None
    return Data(x, y, spec.classes, source="made up")


class StandInGenerator(Generator):
    """One hidden layer. Ignores all inputs but z."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Linear(spec.z_dim, 16), nn.Tanh(), nn.Linear(16, spec.size))

    def forward(self, z: Tensor, *others: Any, **named: Any) -> Tensor:
        x: Tensor = self.body(z).reshape(-1, *self.spec.shape)
        if not self.spec.bounded:
            return x
        return self.spec.low + (self.spec.high - self.spec.low) * x.sigmoid()


class StandInDiscriminator(Discriminator):
    """One hidden layer. Ignores all inputs but x."""

    def __init__(self, spec: Spec) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(nn.Linear(spec.size, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, x: Tensor, *others: Any, **named: Any) -> Tensor:
        score: Tensor = self.body(x.flatten(1)).squeeze(1)
        return score


class StandInLoss(Loss):
    """The non-saturating loss."""

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        return softplus(-real.score).mean() + softplus(fake.score).mean()

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return softplus(-fake.score).mean()


class StandInPrior(NoisePrior):
    """Six normal coordinates."""

    dim = 6

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        return Batch(z=torch.randn(n, self.dim, device=device, generator=generator))


class StandInPenalty(Penalty):
    """Adds 0 to the loss of a player."""

    def __init__(self, player: str = "d") -> None:
        super().__init__()
        self.player = player

    def forward(self, game: Any, real: Scores | None, fake: Scores) -> Tensor:
        return torch.zeros(())


class StandInAugmentation(Augmentation):
    """Changes nothing."""


class StandInData(Dataset):
    """Noise in the shape of another dataset. ``bounded``: images, not vectors."""

    def __init__(self, shape: tuple[int, ...], classes: int = 0, bounded: bool = True) -> None:
        low, high = (-1.0, 1.0) if bounded else (-math.inf, math.inf)
        self.spec = Spec(shape, classes=classes, low=low, high=high)

    def load(self, root: Path, split: str) -> Data:
        return tiny(self.spec, seed=self.splits.index(split))


class StandInFeatures(Features):
    """Eight fixed random projections of a sample, and logits computed from them."""

    name, fingerprint, dim = "stand-in", "0" * 16, 8

    def __init__(self, classes: int = 4) -> None:
        self.classes = classes

    def vectors(self, samples: Data) -> Iterator[Tensor]:
        weights = self._weights(samples.x[0].numel(), self.dim)
        for piece in torch.split(samples.x, 32):
            x = piece.flatten(1).float()
            yield (x / 255 if samples.discrete else x) @ weights

    def logits(self, samples: Data) -> Iterator[Tensor]:
        for vectors in self.vectors(samples):
            yield vectors @ self._weights(self.dim, self.classes)

    @staticmethod
    def _weights(rows: int, columns: int) -> Tensor:
        generator = torch.Generator().manual_seed(0)
        return torch.randn(rows, columns, generator=generator) / math.sqrt(rows)


PLUGIN, NAME = "ganzoo-testing", "stand-in"
CLASSES = {
    "generator": StandInGenerator,
    "discriminator": StandInDiscriminator,
    "loss": StandInLoss,
    "prior": StandInPrior,
    "penalty": StandInPenalty,
    "augmentation": StandInAugmentation,
    "dataset": StandInData,
}
STAND_INS = Plugin(
    PLUGIN, entries=tuple(Entry(kind, NAME, PLUGIN, target) for kind, target in CLASSES.items())
)
QUALIFIED = f"{PLUGIN}:{NAME}"
SGD = Part("ganzoo:sgd", {"lr": 0.05})
RECIPE = Recipe(
    name="stand-in",
    generator=Part(QUALIFIED),
    discriminator=Part(QUALIFIED),
    loss=Part(QUALIFIED),
    prior=Part(QUALIFIED),
    dataset=Part(QUALIFIED, {"shape": (1, 28, 28), "classes": 10}),
    optimizer={"d": SGD, "g": SGD},
    steps=4,
    batch_size=16,
    samples=8,
)
