"""Projection: the noise whose sample is nearest to a given image, by optimisation."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ganzoo.engine.game import Game
from ganzoo.engine.uncompiled import Adam
from ganzoo.errors import GanzooError, UsageError
from ganzoo.evaluation.progress import Progress
from ganzoo.sampling.conditions import require
from ganzoo.sampling.distance import FeatureFunction, described, distances, rms
from ganzoo.sampling.prior_range import PriorRange
from ganzoo.sampling.targets import given_samples
from ganzoo.types import Batch

if TYPE_CHECKING:
    from ganzoo.sampling.trained import Trained

CANDIDATES = 256  # draws of z from which the starts are chosen
ROWS, NUMBERS = 64, 1 << 20  # starts that are optimised at once, and numbers of their samples
RATE = 0.1  # the greatest learning rate, in standard deviations of z
WARM_UP, COOL_DOWN = 0.05, 0.25  # shares of the steps, as in arXiv:1912.04958, appendix D
PRIOR_WEIGHT = 1e-3


@dataclass(frozen=True)
class Projection:
    """Images as samples of a generator. z: (N, z_dim), their noise. y: (N,) int64, their labels in
    a conditional game, else None. x: (N, *spec.shape), the samples of z. target: likewise, the
    images. distance: (N,), the distance that was minimised, without the term of the prior. rms:
    (N,), the root of the mean squared difference of the pixels in [0, 1], or of the coordinates of
    vectors. drawn: (N,), the rms of the nearest of ``CANDIDATES`` random samples, for
    comparison."""

    z: Tensor
    y: Tensor | None
    x: Tensor
    target: Tensor
    distance: Tensor
    rms: Tensor
    drawn: Tensor


@dataclass(frozen=True)
class Settings:
    """steps: of Adam, for each start. restarts: starts for each image. prior_weight: of the term
    that keeps z likely."""

    steps: int
    restarts: int
    prior_weight: float = PRIOR_WEIGHT

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise UsageError(f"The number of steps must be at least 1, not {self.steps}.")
        if not 1 <= self.restarts <= CANDIDATES:
            raise UsageError(f"There are 1 to {CANDIDATES} restarts, not {self.restarts}.")
        if not (self.prior_weight >= 0 and math.isfinite(self.prior_weight)):
            raise UsageError(f"The weight of the prior is 0 or more, not {self.prior_weight!r}.")

    def rate(self, step: int) -> float:
        """The learning rate of a step, from 0, in standard deviations of z."""
        done = (step + 0.5) / self.steps
        ramp = min(1.0, (1 - done) / COOL_DOWN)
        return RATE * min(1.0, done / WARM_UP) * (1 - math.cos(math.pi * ramp)) / 2


def projected(
    trained: Trained,
    images: Any,
    settings: Settings,
    seed: int,
    label: int | str | None,
    given: Mapping[str, Any],
    features: FeatureFunction | None,
    report: Progress | None,
) -> Projection:
    """``Trained.project``, with its arguments.

    Each image is compared with the samples of ``CANDIDATES`` draws; the nearest ones are the
    starts, first one of each label. From each start Adam minimises the distance and
    ``prior_weight`` times the unlikeliness of z; the best z of all steps of all starts counts.
    """
    game, spec = trained.game, trained.spec
    target = given_samples(images, spec, trained.recipe)
    noise = trained.noise(len(target), seed=seed, label=label, given=given)
    require(game, noise)
    target = target.to(_of(noise.z).device)
    codes = {name: value for name, value in given.items() if name not in game.conditions()}
    count = CANDIDATES if noise.y is None else max(CANDIDATES, 2 * spec.classes)
    draws = trained.noise(count, seed=seed, label=label, given=codes)
    codes.pop("label", None)
    search = _Search(trained, target, PriorRange.of(game, codes), settings, features)
    with _frozen(game):
        found, drawn = search.found(noise, draws, report or (lambda share, task: None))
    x = torch.cat([*search.samples(found)])
    distance = distances(described(x, spec, features), search.vectors)
    return Projection(_of(found.z), found.y, x, target, distance, rms(x, target, spec), drawn)


class _Search:
    """The parts of a projection that all images share."""

    batch = 256  # samples that are made at once, without gradients

    def __init__(
        self,
        trained: Trained,
        target: Tensor,
        prior: PriorRange,
        settings: Settings,
        features: FeatureFunction | None,
    ) -> None:
        self.trained, self.target, self.prior = trained, target, prior
        self.settings, self.features = settings, features
        with torch.no_grad():
            self.vectors = self._described(target)

    def _described(self, x: Tensor) -> Tensor:
        return described(x, self.trained.spec, self.features)

    def samples(self, noise: Batch) -> Iterator[Tensor]:
        for start in range(0, len(noise), self.batch):
            yield self.trained.generate(noise[start : start + self.batch])

    def found(self, noise: Batch, draws: Batch, report: Progress) -> tuple[Batch, Tensor]:
        """The noise with the best z, and label, for each image; and the rms of the nearest draw."""
        total, steps = len(self.target), self.settings.steps
        at_once = min(ROWS, NUMBERS // self.trained.spec.size) // self.settings.restarts
        group, task = max(1, at_once), f"projecting {total:,} image" + "s" * (total > 1)
        found: list[Batch] = []
        drawn: list[Tensor] = []
        for first in range(0, total, group):
            rows = range(first, min(first + group, total))
            starts, nearest = zip(*(self.starts(noise[[i]], draws, i) for i in rows), strict=True)
            drawn += nearest

            def told(step: int, rows: range = rows) -> None:
                report((rows.start + len(rows) * step / steps) / total, task)

            found.append(self.descended(Batch.join(starts), rows, told))
        return Batch.join(found), torch.stack(drawn)

    @torch.no_grad()
    def starts(self, row: Batch, draws: Batch, index: int) -> tuple[Batch, Tensor]:
        """The starts for the image with this index, and the rms of the nearest draw. ``row``: the
        noise of the image."""
        candidates = row[[0] * len(draws)].replace(z=draws.z, y=draws.y)
        near, nearest = [], torch.tensor(torch.inf, device=self.target.device)
        target = self.target[index]
        for x in self.samples(candidates):
            near.append(distances(self._described(x), self.vectors[index]))
            nearest = torch.minimum(nearest, rms(x, target[None], self.trained.spec).min())
        order = _by_label(torch.cat(near), draws.y)[: self.settings.restarts]
        return candidates[order], nearest

    def descended(self, starts: Batch, rows: range, told: Callable[[int], None]) -> Batch:
        """The best noise of each image in ``rows``, from ``restarts`` starts for each."""
        restarts, std = self.settings.restarts, self.prior.std
        target = self.vectors[rows.start : rows.stop].repeat_interleave(restarts, 0)
        z = _of(starts.z).clone().requires_grad_()
        best, least = z.detach().clone(), torch.full((len(z),), torch.inf, device=z.device)
        optimizer = Adam([z], lr=1.0, betas=(0.9, 0.999), fused=True)
        for step in range(self.settings.steps + 1):
            loss = self._loss(starts.replace(z=z), target)
            better = loss.detach() < least
            least = torch.where(better, loss.detach(), least)
            best = torch.where(better[:, None], z.detach(), best)
            if step < self.settings.steps:
                optimizer.param_groups[0]["lr"] = std * self.settings.rate(step)
                (z.grad,) = torch.autograd.grad(loss.sum(), z)
                optimizer.step()
                with torch.no_grad():
                    z.copy_(self.prior.nearest(z))
                told(step + 1)
        if not least.isfinite().all():
            raise GanzooError("The generator gives samples that are not finite: train it again.")
        chosen = least.reshape(-1, restarts).argmin(1)
        chosen += restarts * torch.arange(len(chosen), device=chosen.device)
        return starts.replace(z=best)[chosen]

    @torch.enable_grad()
    def _loss(self, noise: Batch, target: Tensor) -> Tensor:
        """(N,): what is minimised, for each row of noise."""
        x = self.trained.game.generate(noise).x
        if x is None or not x.requires_grad:
            raise UsageError("The samples of this generator do not depend on z.")
        near = distances(self._described(x.float()), target)
        return near + self.settings.prior_weight * self.prior.unlikeliness(_of(noise.z))


@contextmanager
def _frozen(game: Game) -> Iterator[None]:
    """Without gradients of the weights, so that samples have a gradient only if they depend on
    z."""
    weights = [weight for weight in game.parameters() if weight.requires_grad]
    for weight in weights:
        weight.requires_grad_(False)
    try:
        yield
    finally:
        for weight in weights:
            weight.requires_grad_()


def _by_label(near: Tensor, labels: Tensor | None) -> Tensor:
    """The indices of draws in the order in which they are starts: the nearest draw of each label by
    their distance ``near``, then the second of each, and so on; without labels, by the distance."""
    order = near.argsort(stable=True)
    if labels is None:
        return order
    seen: dict[int, int] = {}
    ranks = []
    for label in labels[order].tolist():
        ranks.append(seen.get(label, 0))
        seen[label] = ranks[-1] + 1
    return order[torch.tensor(ranks, device=order.device).argsort(stable=True)]


def _of(tensor: Tensor | None) -> Tensor:
    assert tensor is not None
    return tensor
