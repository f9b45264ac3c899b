"""The values that travel between the parts of a game. Frozen, and free of torch at run time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ganzoo.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Spec:
    """What networks are built for.

    shape: of one sample, (C, H, W) for images or (D,) for vectors.
    classes: how many labels there are; 0 for unlabelled data.
    z_dim: length of the noise vector z.
    low, high: the range of real samples; infinite where the data has no bounds.
    """

    shape: tuple[int, ...]
    classes: int = 0
    z_dim: int = 0
    low: float = -1.0
    high: float = 1.0

    @property
    def size(self) -> int:
        """How many numbers a sample has."""
        return math.prod(self.shape)

    @property
    def bounded(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def image(self) -> bool:
        """Whether a sample is an image, (C, H, W)."""
        return len(self.shape) == 3

    def halvings(self) -> tuple[int, int]:
        """The side, 4 to 7, that a square image's side halves down to, and in how many halvings:
        (7, 2) for 28, (4, 4) for 64. Raises UsageError where there is none."""
        if not self.image or self.shape[1] != self.shape[2]:
            raise UsageError(
                f"This network draws square images, not samples of shape {self.shape}: choose "
                "another, for one with --generator mlp --discriminator mlp"
            )
        side, times = self.shape[1], 0
        while side > 7 and side % 2 == 0:
            side, times = side // 2, times + 1
        if not times or side > 7:
            raise UsageError(
                f"This network draws images whose side halves to 4, 5, 6 or 7, such as 28, 32, 48 "
                f"or 64, not {self.shape[1]}: resize them, or choose another, for one with "
                "--generator mlp --discriminator mlp"
            )
        return side, times

    def but(self, **changes: Any) -> Spec:
        return replace(self, **changes)


@dataclass(frozen=True)
class Sample:
    """A batch of samples, filled in by whoever knows: x the data, z the noise, y the labels, code
    whatever else a game hides in its noise (InfoGAN's latent code, for one).

    x: (N, *shape) float in [low, high]; z: (N, z_dim) float; y: (N,) int64; code: (N, ...) each.
    """

    x: Tensor | None = None
    z: Tensor | None = None
    y: Tensor | None = None
    code: Mapping[str, Tensor] = field(default_factory=dict)

    def but(self, **changes: Any) -> Sample:
        return replace(self, **changes)

    def __len__(self) -> int:
        for tensor in (self.x, self.z, self.y, *self.code.values()):
            if tensor is not None:
                return len(tensor)
        return 0


@dataclass(frozen=True)
class Verdict:
    """What a discriminator says of a batch.

    score: (N,) float32: a logit, a critic value or an energy; which one is the loss's business.
    sample: what was judged. aux: anything else the discriminator returned, by name.
    """

    score: Tensor
    sample: Sample
    aux: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """The outcome of one turn: what each player that moves in it minimises (scalars), and the
    verdicts it came from. ``real`` is None where nobody needed to look at the data."""

    losses: Mapping[str, Tensor]
    real: Verdict | None = None
    fake: Verdict | None = None


@dataclass(frozen=True)
class Samples:
    """A whole dataset, held as one array.

    x: uint8 (N, C, H, W) images, or float (N, D) vectors. y: (N,) int64 labels, or None.
    classes: how many labels there are. labels: their names, where they have some.
    source: where it was read from; checksum: of the bytes it was read from, or None.
    """

    x: Tensor
    y: Tensor | None = None
    classes: int = 0
    labels: tuple[str, ...] = ()
    source: str = ""
    checksum: str | None = None

    def __len__(self) -> int:
        return len(self.x)

    @property
    def discrete(self) -> bool:
        """Whether x is uint8, to be scaled into [low, high]; vectors are left as they are."""
        return not self.x.is_floating_point()

    def spec(self, low: float = -1.0, high: float = 1.0) -> Spec:
        """What networks for this data are built for, images scaled into [low, high]."""
        shape = tuple(int(n) for n in self.x.shape[1:])
        if not self.discrete:
            low, high = -math.inf, math.inf
        return Spec(shape, classes=self.classes, low=low, high=high)

    def first(self, count: int) -> Samples:
        """The first ``count`` samples, in the order of the dataset."""
        return replace(self, x=self.x[:count], y=None if self.y is None else self.y[:count])

    def after(self, count: int) -> Samples:
        """All but the first ``count`` samples."""
        return replace(self, x=self.x[count:], y=None if self.y is None else self.y[count:])

    def mean(self, spec: Spec) -> Tensor:
        """The mean sample, float32 ``spec.shape`` in [low, high]; read in pieces."""
        total = scale(self.x[:0], spec).double().sum(0)
        for start in range(0, len(self), 4096):
            total += scale(self.x[start : start + 4096], spec).double().sum(0)
        return (total / len(self)).float()


def scale(x: Tensor, spec: Spec) -> Tensor:
    """uint8 in 0..255 to float32 in [low, high]; floats pass unchanged."""
    if x.is_floating_point():
        return x
    return x.float().mul_((spec.high - spec.low) / 255.0).add_(spec.low)
