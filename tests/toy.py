"""A plugin made of throwaway parts: images of sixteen pixels, networks of a layer, a short recipe.

The parts hold on purpose what is hard to get right: batch norm in G (buffers to average), dropout
in D (random numbers to resume), a penalty, and a loss with a state of its own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from ganzoo import (
    Batch,
    Data,
    Dataset,
    Discriminator,
    Engine,
    Game,
    Generator,
    Loss,
    NoisePrior,
    Part,
    Penalty,
    Recipe,
    Registry,
    Scores,
    Spec,
    Weight,
    hookimpl,
)


class ToyImages(Dataset):
    """Random gray images, the same every time."""

    def __init__(self, count: int = 40, classes: int = 0, names: Sequence[str] = ()) -> None:
        self.count, self.classes, self.names = count, classes, tuple(names)

    def load(self, root: Path, split: str) -> Data:
        x = torch.randint(0, 256, (self.count, 1, 4, 4), generator=torch.Generator().manual_seed(0))
        y = torch.arange(self.count) % self.classes if self.classes else None
        labels = self.names
        return Data(x.to(torch.uint8), y, self.classes, labels, source="memory", checksum="toy")


class ToyGenerator(Generator):
    """A layer, and batch norm. ``width``: an option."""

    def __init__(self, spec: Spec, width: int = 8, batch_norm: bool = True) -> None:
        super().__init__(spec)
        norm = nn.BatchNorm1d(width) if batch_norm else nn.Identity()
        self.body = nn.Sequential(nn.Linear(spec.z_dim, width), norm, nn.ReLU())
        self.last = nn.Linear(width, spec.size)

    def forward(self, z: Tensor) -> Tensor:
        x = self.last(self.body(z)).tanh()
        low, high = self.spec.low, self.spec.high
        return (low + (high - low) * (x + 1) / 2).reshape(-1, *self.spec.shape)


class ToyDiscriminator(Discriminator):
    """A layer, and dropout."""

    def __init__(self, spec: Spec, width: int = 8, dropout: float = 0.2) -> None:
        super().__init__(spec)
        self.body = nn.Sequential(
            nn.Flatten(), nn.Linear(spec.size, width), nn.Tanh(), nn.Dropout(dropout)
        )
        self.last = nn.Linear(width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.body(x)).squeeze(1)


class ToyLoss(Loss):
    """Logistic. ``seen`` counts the discriminator's updates; after ``nan_after`` of them the loss
    is not a number."""

    seen: Tensor

    def __init__(self, nan_after: int | None = None) -> None:
        super().__init__()
        self.nan_after = nan_after
        self.register_buffer("seen", torch.tensor(0))

    def discriminator(self, real: Scores, fake: Scores) -> Tensor:
        loss = softplus(-real.score).mean() + softplus(fake.score).mean()
        broken = self.nan_after is not None and int(self.seen) >= self.nan_after
        return loss * float("nan") if broken else loss

    def generator(self, real: Scores | None, fake: Scores) -> Tensor:
        return softplus(-fake.score).mean()

    def updated(self, real: Scores, fake: Scores) -> None:
        self.seen += 1

    def probability(self, score: Tensor) -> Tensor:
        return score.sigmoid()


class ToyPenalty(Penalty):
    """``gamma`` times the mean squared score of the reals, every ``interval`` steps. ``steps``
    counts the discriminator's updates."""

    steps: Tensor

    def __init__(self, gamma: Weight = 1.0, interval: int = 1) -> None:
        super().__init__()
        self.gamma, self.interval = gamma, interval
        self.register_buffer("steps", torch.tensor(0))

    def forward(self, game: Game, real: Scores, fake: Scores) -> Tensor:
        return self.gamma * real.score.square().mean()

    def project(self, network: nn.Module) -> None:
        self.steps += 1


class ToyPrior(NoisePrior):
    """Normal."""

    def __init__(self, dim: int = 3) -> None:
        super().__init__()
        self.dim = dim

    def draw(
        self, n: int, *, device: torch.device, generator: torch.Generator | None = None
    ) -> Batch:
        return Batch(z=torch.randn(n, self.dim, device=device, generator=generator))


class ToyConditional(Game):
    """The standard game, in which samples are drawn by label; the toy's generator ignores it."""

    conditional = True


TOY = Recipe(
    name="toy",
    summary="A toy",
    paper="arXiv:1406.2661",
    generator=Part("toy"),
    discriminator=Part("toy"),
    loss=Part("toy"),
    prior=Part("toy"),
    dataset=Part("toy"),
    optimizer={"d": Part("adam", {"lr": 1e-2}), "g": Part("adam", {"lr": 1e-2})},
    steps=6,
    batch_size=16,
    ema=0.9,
    log_every=2,
    sample_every=3,
    checkpoint_every=2,
    samples=9,
)


class ToyPlugin:
    """What a plugin's entry module is: something with hooks."""

    @hookimpl
    def ganzoo_register(self, registry) -> None:
        registry.generator("toy", ToyGenerator)
        registry.discriminator("toy", ToyDiscriminator)
        registry.loss("toy", ToyLoss)
        registry.penalty("toy", ToyPenalty)
        registry.prior("toy", ToyPrior)
        registry.game("conditional", ToyConditional)
        registry.dataset("toy", ToyImages)
        registry.recipe(TOY)


class Recorder:
    """An observer that records its calls: ``events`` as (hook, step)."""

    def __init__(self) -> None:
        self.events: list[tuple[str, int]] = []
        self.errors: list[BaseException] = []
        self.scalars: list[dict[str, float]] = []

    @hookimpl
    def ganzoo_run_started(self, step: int) -> None:
        self.events.append(("started", step))

    @hookimpl
    def ganzoo_logged(self, step: int, scalars) -> None:
        self.events.append(("logged", step))
        self.scalars.append(dict(scalars))

    @hookimpl
    def ganzoo_sampled(self, step: int) -> None:
        self.events.append(("sampled", step))

    @hookimpl
    def ganzoo_checkpointed(self, step: int) -> None:
        self.events.append(("checkpointed", step))

    @hookimpl
    def ganzoo_run_ended(self, step: int) -> None:
        self.events.append(("ended", step))

    @hookimpl
    def ganzoo_run_failed(self, step: int, error: BaseException) -> None:
        self.events.append(("failed", step))
        self.errors.append(error)


def registry_of(*plugins: object, **named: object) -> Registry:
    """A registry with ganzoo's own components and those of the plugin objects given."""
    import ganzoo.registry.builtin

    registry = Registry()
    registry.load("ganzoo", lambda: ganzoo.registry.builtin)
    for index, plugin in enumerate(plugins):
        registry.load(f"plugin-{index}", lambda plugin=plugin: plugin)
    for name, plugin in named.items():
        registry.load(name, lambda plugin=plugin: plugin)
    return registry


def game_of(recipe: Recipe = TOY, registry: Registry | None = None, **spec) -> Game:
    """A recipe's game for the toy images, with weights from a fixed seed."""
    from ganzoo.assembly.build import build

    torch.manual_seed(0)
    return build(recipe, Spec((1, 4, 4), **spec), registry or registry_of(toy=ToyPlugin()))


def engine_of(
    recipe: Recipe = TOY,
    registry: Registry | None = None,
    *,
    classes: int = 0,
    cond: Mapping[str, Tensor] | None = None,
    **options: Any,
) -> Engine:
    """An engine on the toy images, with weights and batches from a fixed seed."""
    data = dataclasses.replace(ToyImages(classes=classes).load(Path(), "train"), cond=cond or {})
    return Engine(game_of(recipe, registry, classes=classes), data, recipe, **options)
