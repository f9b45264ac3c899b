"""Datasets for translation, made from any dataset of images; a source is a changed image."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from ganzoo import Data, Dataset, DataUnavailable, UsageError
from ganzoo_translation.named import dataset_of

ROWS = 4096  # images that are changed at once


def thicker(x: Tensor) -> Tensor:
    """Images (N, C, H, W) uint8: each pixel becomes the brightest one of the 3 x 3 around it."""
    return F.max_pool2d(x.float(), 3, 1, 1).to(torch.uint8)


def outline(x: Tensor) -> Tensor:
    """The brightest pixel of the 3 x 3 around each pixel, minus the pixel itself: a bright line
    around a bright shape (the morphological gradient by dilation)."""
    return thicker(x) - x


def negative(x: Tensor) -> Tensor:
    return 255 - x


CHANGES: dict[str, Callable[[Tensor], Tensor]] = {
    "outline": outline,
    "negative": negative,
    "thicker": thicker,
}


class Changed(Dataset):
    """Images x, and as ``cond["source"]`` images that were changed. The splits, labels and shape
    are those of the dataset that the images come from.

    Paired: each source is its x, changed. Unpaired: an order drawn once with a fixed seed divides a
    split into two halves, of which one gives x and the other one, changed, the sources; so no image
    is in both. ``cond["source_label"]`` has the labels of the sources then, int64 (N,).

    A subclass sets ``change``, a name of CHANGES.
    """

    change: ClassVar[str]

    def __init__(self, of: str = "mnist", paired: bool = False) -> None:
        self.of, self.paired = of, paired
        self.base = dataset_of(of)
        self.splits = self.base.splits

    def load(self, root: Path, split: str) -> Data:
        """The checksum is the SHA-256 of the checksum of the images, the change and ``paired``."""
        try:
            data = self.base.load(root, split)
        except DataUnavailable as error:
            raise DataUnavailable(
                f"{error} For the digits of mnist-5k: --set dataset.of=mnist-5k"
            ) from None
        if data.x.dtype != torch.uint8 or data.x.dim() != 4:
            raise UsageError(
                f"The images of {self.of!r} cannot be changed: they are no images of 8 bits. "
                "Choose a dataset of images, such as --set dataset.of=mnist"
            )
        about = f"{data.checksum} {self.change} {self.paired}"
        checksum = hashlib.sha256(about.encode()).hexdigest() if data.checksum else None
        wanted, sources = data, data
        cond, unpaired = {}, ()
        if not self.paired:
            order = torch.randperm(len(data), generator=torch.Generator().manual_seed(0))
            half = len(data) // 2
            wanted, sources = data.rows(order[:half]), data.rows(order[half : 2 * half])
            unpaired = ("source", "source_label") if data.y is not None else ("source",)
            cond = {} if sources.y is None else {"source_label": sources.y}
        change = CHANGES[self.change]
        source = torch.cat([change(piece) for piece in torch.split(sources.x, ROWS)])
        return Data(
            x=wanted.x,
            y=wanted.y,
            classes=data.classes,
            labels=data.labels,
            source=data.source,
            checksum=checksum,
            cond={"source": source, **cond},
            notes=data.notes,
            unpaired=unpaired,
        )

    def whole(self) -> Dataset:
        twin = type(self)(self.of, self.paired)
        twin.base = self.base.whole()
        return twin

    @classmethod
    def is_available(cls, root: Path) -> bool | None:
        """Whether the digits are available that it takes by default."""
        return type(dataset_of("mnist")).is_available(root)


class Outlines(Changed):
    """Images x (N, C, H, W) uint8, and outlines as ``cond["source"]``, of the same shape: a line
    around bright shapes, whose pixels are the brightest pixel of the 3 x 3 around them minus the
    pixel itself.

    Args:
        of: the dataset of the images, by its name; ``folder:PATH`` for own images.
        paired: whether x and the source show the same image. If not, the source is another image,
            and no image is both an x and a source.
    """

    change = "outline"

    def __init__(self, of: str = "mnist", paired: bool = True) -> None:
        super().__init__(of, paired)


class Negatives(Changed):
    """Images x (N, C, H, W) uint8, and negatives as ``cond["source"]``, of the same shape: 255
    minus each pixel.

    Args:
        of: the dataset of the images, by its name; ``folder:PATH`` for own images.
        paired: whether x and the source show the same image. If not, the source is another image,
            and no image is both an x and a source.
    """

    change = "negative"


class Thicker(Changed):
    """Images x (N, C, H, W) uint8, and images with bright lines that are 2 pixels wider as
    ``cond["source"]``, of the same shape: each pixel is the brightest pixel of the 3 x 3 around it.

    Args:
        of: the dataset of the images, by its name; ``folder:PATH`` for own images.
        paired: whether x and the source show the same image. If not, the source is another image,
            and no image is both an x and a source.
    """

    change = "thicker"
