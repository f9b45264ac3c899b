"""The values that travel between the parts of a game. Frozen, and free of torch at run time."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ganzoo import pyramid
from ganzoo.errors import UsageError, near

if TYPE_CHECKING:
    from torch import Tensor

    from ganzoo.recipe import Part


@dataclass(frozen=True)
class Spec:
    """The data that networks are built for.

    shape: of one sample, (C, H, W) for images or (D,) for vectors.
    classes: how many labels there are; 0 for unlabelled data.
    z_dim: length of the noise vector z.
    low, high: the range of real samples; infinite where the data has no bounds.
    depth: the bits of a pixel in the files of the images, 8 or 16.
    codes: the number of elements of z that each latent code of the prior has, by the code's name.
    view: of the data, as in Data.
    """

    shape: tuple[int, ...]
    classes: int = 0
    z_dim: int = 0
    low: float = -1.0
    high: float = 1.0
    depth: int = 8
    codes: Mapping[str, int] = field(default_factory=dict, hash=False)
    view: Part | None = field(default=None, hash=False)

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

    def pyramid(self) -> tuple[tuple[int, int], ...]:
        """The (height, width) of an image, of its half, of the half of this, and so on, until the
        shorter side has 4 to 7 pixels: ((28, 28), (14, 14), (7, 7)) for 28 x 28. Halves are
        rounded down: ((30, 45), (15, 22), (7, 11)). Raises UsageError for vectors, and for images
        with a side below 8 pixels, which have no half."""
        return pyramid.sizes(self.shape)

    def ranged(self, x: Tensor) -> Tensor:
        """Values in [-1, 1], such as those of a tanh, as values in [low, high], of the same shape;
        x unchanged where the data has no bounds. The inverse of ``centred``."""
        if not self.bounded:
            return x
        return (self.low + self.high) / 2 + (self.high - self.low) / 2 * x

    def centred(self, x: Tensor) -> Tensor:
        """Values in [low, high] as values in [-1, 1], of the same shape; x unchanged where the data
        has no bounds. The inverse of ``ranged``."""
        if not self.bounded:
            return x
        return (x - (self.low + self.high) / 2) * (2 / (self.high - self.low))

    def replace(self, **changes: Any) -> Spec:
        return replace(self, **changes)


@dataclass(frozen=True)
class Batch:
    """Some samples, with everything that is known of each.

    x: (N, *shape) float in [low, high], the samples. z: (N, z_dim) float, the noise. y: (N,) int64,
    the labels. code: latent codes that a prior hides in the noise, by name (arXiv:1606.03657).
    cond: all else that samples are conditioned on, by name: an image to translate, an embedding, a
    mask. Each tensor of code and cond has N rows.
    """

    x: Tensor | None = None
    z: Tensor | None = None
    y: Tensor | None = None
    code: Mapping[str, Tensor] = field(default_factory=dict)
    cond: Mapping[str, Tensor] = field(default_factory=dict)

    def replace(self, **changes: Any) -> Batch:
        return replace(self, **changes)

    def tensor(self, name: str) -> Tensor:
        """The tensor of that name: x, z, y, or an entry of code or of cond. Raises UsageError where
        the batch has none."""
        entries = {"x": self.x, "z": self.z, "y": self.y, **self.code, **self.cond}
        tensor = entries.get(name)
        if tensor is None:
            known = [key for key, value in entries.items() if value is not None]
            raise UsageError(f"The samples of this training have no {name!r}. {near(name, known)}")
        return tensor

    def map(self, function: Callable[[Tensor], Tensor]) -> Batch:
        """The batch with the function applied to each of its tensors."""

        def one(tensor: Tensor | None) -> Tensor | None:
            return None if tensor is None else function(tensor)

        return Batch(
            one(self.x),
            one(self.z),
            one(self.y),
            {key: function(value) for key, value in self.code.items()},
            {key: function(value) for key, value in self.cond.items()},
        )

    def __getitem__(self, index: Any) -> Batch:
        """The samples that a slice, a mask or an index tensor selects."""
        return self.map(lambda tensor: tensor[index])

    def __len__(self) -> int:
        for tensor in (self.x, self.z, self.y, *self.code.values(), *self.cond.values()):
            if tensor is not None:
                return len(tensor)
        return 0

    @staticmethod
    def join(batches: Sequence[Batch]) -> Batch:
        """Several batches as one, with the tensors that all of them have."""
        import torch

        def joined(tensors: Sequence[Tensor | None]) -> Tensor | None:
            present = [tensor for tensor in tensors if tensor is not None]
            return torch.cat(present) if len(present) == len(tensors) else None

        def entries(mappings: Sequence[Mapping[str, Tensor]]) -> dict[str, Tensor]:
            common = [key for key in mappings[0] if all(key in other for other in mappings)]
            return {key: torch.cat([other[key] for other in mappings]) for key in common}

        return Batch(
            joined([batch.x for batch in batches]),
            joined([batch.z for batch in batches]),
            joined([batch.y for batch in batches]),
            entries([batch.code for batch in batches]),
            entries([batch.cond for batch in batches]),
        )


@dataclass(frozen=True)
class Scores:
    """The discriminator's output for a batch.

    score: float32, (N,), or (N, ...) of a discriminator that scores patches: a logit, a critic
    value or an energy, as the loss reads it. batch: the samples that were scored, as they were
    before any augmentation. aux: further outputs of the discriminator, by name.
    """

    score: Tensor
    batch: Batch
    aux: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Losses:
    """The outcome of one update: the scalar that each of its players minimises, by player, and the
    scores that these came from. ``real`` is None where no loss read the data."""

    by_player: Mapping[str, Tensor]
    real: Scores | None = None
    fake: Scores | None = None


@dataclass(frozen=True)
class Role:
    """The role of a network in a game.

    kind: "generator", "discriminator", or "network" for any other network. spec: the data that the
    network is built for. default: the component that is used if a recipe names none. averaged:
    whether samples are drawn with the average of the network's weights. sampling: whether the
    network is needed to draw samples; its weights are then in the file generator.safetensors.
    """

    kind: str
    spec: Spec
    default: Part | None = None
    averaged: bool = False
    sampling: bool = False


@dataclass(frozen=True)
class Data:
    """A whole dataset, held as one array.

    x: uint8 or uint16 (N, C, H, W) images, or float (N, ...) arrays. y: (N,) int64 labels, or None.
    classes: the number of classes. labels: the names of the classes, if they have names.
    cond: further tensors by name, with a row for each sample; uint8 images are scaled as x is. The
    entry ``cond["source"]`` has the images that are translated to x. The cond of fakes has the
    latent codes that the fakes were drawn with.
    unpaired: the names of the entries of cond whose rows do not belong to the rows of x, such as
    images of another domain.
    source: a text for people, the place that the data was read from. checksum: of the bytes that
    were read, or None.
    notes: sentences for people about decisions in the reading, and about files that were left out.
    view: the component that shows and saves samples, with its options as plain data; None for the
    view that the shape of the samples chooses: images, points or sequences.
    """

    x: Tensor
    y: Tensor | None = None
    classes: int = 0
    labels: tuple[str, ...] = ()
    source: str = ""
    checksum: str | None = None
    cond: Mapping[str, Tensor] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    view: Part | None = None
    unpaired: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.x)

    @property
    def discrete(self) -> bool:
        """Whether x is uint8 or uint16, to be scaled into [low, high]; vectors are left as they
        are."""
        return not self.x.is_floating_point()

    @property
    def depth(self) -> int:
        """The bits of a pixel: 16 for uint16, else 8."""
        import torch

        return 16 if self.x.dtype == torch.uint16 else 8

    def spec(self, low: float = -1.0, high: float = 1.0) -> Spec:
        """The spec of this data, with images scaled into [low, high]."""
        shape = tuple(int(n) for n in self.x.shape[1:])
        if not self.discrete:
            low, high = -math.inf, math.inf
        return Spec(shape, self.classes, low=low, high=high, depth=self.depth, view=self.view)

    def first(self, count: int) -> Data:
        """The first ``count`` samples, in the order of the dataset."""
        return self.rows(slice(count))

    def after(self, count: int) -> Data:
        """All but the first ``count`` samples."""
        return self.rows(slice(count, None))

    def rows(self, rows: slice | Tensor) -> Data:
        """The samples that a slice, or a tensor of indices (int64), selects."""
        y = None if self.y is None else self.y[rows]
        cond = {name: values[rows] for name, values in self.cond.items()}
        return replace(self, x=self.x[rows], y=y, cond=cond)

    def mean(self, spec: Spec) -> Tensor:
        """The mean sample, float32 ``spec.shape`` in [low, high]; read in pieces."""
        total = scale(self.x[:0], spec).double().sum(0)
        for start in range(0, len(self), 4096):
            total += scale(self.x[start : start + 4096], spec).double().sum(0)
        return (total / len(self)).float()


def conditions(
    cond: Mapping[str, Tensor], rows: Tensor, spec: Spec, device: Any = None
) -> dict[str, Tensor]:
    """The conditions of some rows of a dataset, by name, on the device; uint8 images in [low,
    high]."""
    import torch

    chosen = {name: values.index_select(0, rows).to(device) for name, values in cond.items()}
    return {
        name: scale(values, spec) if values.dtype == torch.uint8 else values
        for name, values in chosen.items()
    }


def scale(x: Tensor, spec: Spec) -> Tensor:
    """uint8 in 0..255, or uint16 in 0..65535, to float32 in [low, high]; floats pass unchanged."""
    if x.is_floating_point():
        return x
    white = (1 << 8 * x.element_size()) - 1
    return x.float().mul_((spec.high - spec.low) / white).add_(spec.low)
