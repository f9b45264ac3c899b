"""Distances of generated images and of held-out images to training images."""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor

from ganzoo import Data, Metric, UsageError
from ganzoo_metrics.checks import alike, enough, images, pixels, white

ROWS, COLUMNS = 1 << 11, 1 << 13  # of the block of distances in memory at a time
TAIL = 0.01  # share of held-out images that count as suspiciously near
MANY = 0.05  # copies from which a generator memorises, ...
NEAR = 0.3  # ... or nearest below it, which smooth fakes and similar images do not reach


class Nearest(Metric):
    """Memorisation, after the data-copying test of arXiv:2004.05675: the fakes of a generator that
    copies are nearer to the training images than held-out images are. Distances are Euclidean, of
    pixels in [0, 1].

    - ``nearest``: the median distance of a fake to its nearest training image, over the median
      distance of a held-out image. About 1 for fresh data, 0 for copies. Smooth fakes and classes
      with similar images also lower it, and noise raises it, so read ``copies``, too.
    - ``copies``: the share of fakes that are suspiciously near one training image and no other,
      less the same share of held-out images: from -0.01 to 1, about 0 for fresh data and 1 for
      copies. A fake is suspicious if the ratio of its distances to the nearest and to the second
      nearest training image (as in arXiv:2102.08369) is 0, or is below the ratio of all but 1 % of
      the held-out images. The ratio does not depend on the density of the data in a region.

    The real samples must be held out. An inexact copy of an image that the training data has twice
    lowers ``nearest`` only. Time grows with the product of the counts; the nearest images are found
    in float32, and their distances computed in float64. Raises UsageError for vectors, fewer than
    100 samples, and real samples that are training images.
    """

    lower_is_better: ClassVar[dict[str, bool | None]] = {"nearest": None, "copies": True}
    min_samples: ClassVar[int] = 100

    def __init__(self, data: Mapping[str, Data]) -> None:
        self.data = data
        self._held: tuple[Data, Tensor] | None = None  # real samples, their two_nearest distances

    def check(self, real: Data) -> None:
        images("nearest", real)

    def reading(self, values: Mapping[str, float]) -> str:
        nearest, copies = values["nearest"], values["copies"]
        if copies < MANY and nearest > NEAR:
            return ""
        return (
            "The generator memorises training images: samples are nearer to them than held-out "
            f"images are. The median distance to the nearest training image is {nearest:.2f} times "
            f"that of held-out images, and {100 * max(copies, 0):.0f} % more samples than held-out "
            "images are suspiciously near to one training image. `ganzoo nearest RUN` shows the "
            "pairs. Try more training images, an augmentation (`ganzoo list augmentation`), or "
            "the generator of an earlier step."
        )

    def __call__(self, real: Data, fake: Data) -> dict[str, float]:
        self.check(real)
        alike(real, fake)
        enough("nearest", self.min_samples, real=real, generated=fake)
        train = self.data["train"]
        enough("nearest", 2, training=train)
        if self._held is None or self._held[0] is not real:
            self._held = real, two_nearest(real.x, train.x)
        held, made = self._held[1], two_nearest(fake.x, train.x)
        usual = held[:, 0].median()
        if not usual:
            raise UsageError(
                "The metric 'nearest' compares fakes with images that were not trained on, and "
                "most of the real samples are training images."
            )
        bound = _ratio(held).quantile(TAIL)
        copies, by_chance = (_suspicious(distances, bound) for distances in (made, held))
        return {"nearest": (made[:, 0].median() / usual).item(), "copies": copies - by_chance}


def _ratio(distances: Tensor) -> Tensor:
    """Nearest over second nearest, (N,) in [0, 1]; 0 for a copy."""
    nearest, second = distances.unbind(1)
    return torch.where(nearest > 0, nearest / second, 0.0)


def _suspicious(distances: Tensor, bound: Tensor) -> float:
    """The share of images whose ratio of distances is below the bound, or 0."""
    ratio = _ratio(distances)
    return ((ratio < bound) | (ratio == 0)).double().mean().item()


def two_nearest(x: Tensor, train: Tensor) -> Tensor:
    """Distances of images (N, ...) to the two nearest training images (M, ...), ascending:
    float64 (N, 2), of pixels in [0, 1]."""
    least = torch.full((len(x), 2), torch.inf)
    nearest = torch.zeros(len(x), 2, dtype=torch.int64)
    for start in range(0, len(train), COLUMNS):
        others = pixels(train[start : start + COLUMNS])
        for rows in torch.arange(len(x)).split(ROWS):
            values, columns = _two_least(pixels(x[rows]), others)
            values = torch.cat([least[rows], values], 1)
            columns = torch.cat([nearest[rows], columns + start], 1)
            least[rows], kept = values.topk(2, largest=False)
            nearest[rows] = columns.gather(1, kept)
    distances = []
    for rows in torch.arange(len(x)).split(ROWS):
        samples = x[rows].flatten(1).double()
        gaps = [train[nearest[rows, i]].flatten(1).double() - samples for i in (0, 1)]
        norms = [gap.square().sum(1).sqrt() / white(train) for gap in gaps]
        distances.append(torch.stack(norms, 1))
    return torch.cat(distances).sort(1).values


def _two_least(x: Tensor, others: Tensor) -> tuple[Tensor, Tensor]:
    """For each row x, the two nearest rows y of the others: |y|^2 - 2 xy, float32 (N, 2), and their
    indices, int64 (N, 2). |x|^2 is the same for all y; inf if there is only one y."""
    scores = torch.addmm(others.square().sum(1), x, others.T, alpha=-2)
    if len(others) < 2:
        scores = torch.cat([scores, torch.full_like(scores, torch.inf)], 1)
    least = scores.topk(2, largest=False)
    return least.values, least.indices
