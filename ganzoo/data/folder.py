"""Any folder of images as a dataset."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from pathlib import Path, PurePath

import torch

from ganzoo.data import decoded
from ganzoo.data.files import cache_dir
from ganzoo.data.form import Fit, form_of
from ganzoo.data.image_files import ImageFiles
from ganzoo.data.images import Pixels, dimensions
from ganzoo.data.layout import SPLITS, Layout
from ganzoo.data.left_out import Remark, of_layout, of_pixels, of_sizes, of_splits, of_tree
from ganzoo.data.packed import source_of
from ganzoo.data.tree import Tree, labels_of
from ganzoo.errors import GanzooError, UsageError, near
from ganzoo.interfaces import Dataset
from ganzoo.ranges import Count
from ganzoo.types import Data

_LOOKED_AT = 100  # images whose size is read, for the remark on what is cut off


class Folder(Dataset):
    """All images in ``path`` and its subfolders, in the order of their names: x uint8 (N, C, H, W),
    or uint16 with depth=16.

    size: of all images in pixels: one number for squares, or "48x64" for a height of 48 and a width
    of 64; without it all images must have the same size. fit: how an image of another shape comes
    to this size. ``crop``: the middle is cut out; ``pad``: black borders are added (transparent
    ones with channels=4); ``stretch``: the image is distorted. channels: 1 for gray, 3 for colour,
    4 for colour with transparency; without it all images must be gray, or all colour. labels:
    whether subfolders are labels, y int64 (N,), if every image lies in a subfolder and there are at
    least two. The classes are ordered as by torchvision's ImageFolder, except that names which are
    all numbers are in the order of the numbers. bits: the number of bits of 16-bit gray images that
    do not use all 16; 12 for many scanners. depth: 16 keeps the 16 bits of gray images, and makes
    all others gray; with 8 they are scaled to 8 bits.

    If ``path`` has a folder ``train`` and a folder ``test`` or ``val``, these are the splits
    ``train``, ``test`` and ``validation``, with the folders of the labels inside; other files and
    folders beside them are not read. The names ``training``, ``testing``, ``valid``, ``validation``
    and ``dev``, and upper case letters, mean the same. A folder ``train`` without other folders is
    a split too. Otherwise all images are the split ``train``.

    Formats: PNG, JPEG, BMP, WebP, TIFF, AVIF, JPEG 2000, PPM and more, if the installed Pillow
    reads them. Only the first frame of a GIF and the first page of a file with pages are read.
    ``Data.notes`` names the files that are not read; a warning too, if they are likely to be a
    mistake. Images that take more than 3 seconds to decode, or more than 2 GiB, are decoded once
    into the user's cache folder; more than 2 GiB are memory-mapped (``ganzoo.data.decoded``).
    """

    def __init__(
        self,
        path: str,
        size: Count | str | None = None,
        channels: int | None = None,
        labels: bool = True,
        bits: int | None = None,
        fit: Fit = "crop",
        depth: int = 8,
    ) -> None:
        if not path:
            raise UsageError("The folder's path is empty. Give one: `--dataset folder:PATH`.")
        self.path, self.labels = path, labels
        self.form = form_of(size, fit, channels, bits, depth)
        with suppress(GanzooError):  # ``load`` raises it again
            self.splits = tuple(source_of(Path(path).expanduser()).layout().splits)

    def load(self, root: Path, split: str) -> Data:
        """Reads nothing of ``root``. The checksum is over the names and contents of the split's
        files, not over the pixels."""
        source = source_of(Path(self.path).expanduser())
        layout = source.layout()
        self._check_split(split, layout)
        # Labels from all splits: a class that one split lacks must not change the other numbers.
        trees = {name: source.tree(place) for name, place in layout.splits.items() if name != split}
        trees[split] = source.images(layout.splits[split])
        names = self._labels(trees)
        tree, place = trees[split], layout.splits[split]
        files = ImageFiles(source, place, tree.images, self.form)
        images = decoded.read(files, cache_dir() / "decoded")
        remarks = [
            *of_layout(layout, trees),
            *of_tree(tree, names, self.labels),
            *(of_splits(split, trees) if self.labels and not names else ()),
            *self._of_sizes(files),
            *of_pixels(images, self.form.bits),
        ]
        _warn(remarks)
        return Data(
            x=_tensor(images.pixels),
            y=_indices(tree.images, names) if names else None,
            classes=len(names),
            labels=names,
            source=str(place.resolve()),
            checksum=images.checksum,
            notes=tuple(remark.sentence for remark in remarks),
        )

    def names(self, split: str) -> tuple[str, ...] | None:
        """The names of the images of a split in the order of x, relative to the folder of the split
        and without suffixes. None for arrays and Parquet files, whose images have no names."""
        source = source_of(Path(self.path).expanduser())
        if not source.named:
            return None
        layout = source.layout()
        self._check_split(split, layout)
        images = source.images(layout.splits[split]).images
        return tuple(image.with_suffix("").as_posix() for image in images)

    def _of_sizes(self, files: ImageFiles) -> Iterator[Remark]:
        if self.form.size is None:
            return
        every = -(-len(files.names) // _LOOKED_AT)
        paths = [files.folder / name for name in files.names[::every]]
        sizes = [dimensions(files.source.opened(path)) for path in paths]
        yield from of_sizes([pair for pair in sizes if pair], self.form)

    def _check_split(self, split: str, layout: Layout) -> None:
        if split in layout.splits:
            return
        if split not in SPLITS:
            raise UsageError(f"There is no split {split!r}. {near(split, SPLITS)}")
        raise UsageError(
            f"{self.path} has no {split} split. To make one, sort its images into subfolders, such "
            "as train and test."
        )

    def _labels(self, trees: dict[str, Tree]) -> tuple[str, ...]:
        return labels_of(chain(*(tree.images for tree in trees.values()))) if self.labels else ()


def _warn(remarks: list[Remark]) -> None:
    for remark in remarks:
        if remark.warn:
            warnings.warn(remark.sentence, stacklevel=4)


def _tensor(pixels: Pixels) -> torch.Tensor:
    with warnings.catch_warnings():
        # torch warns of an array that must not be written to: a mapped file larger than the memory.
        warnings.filterwarnings("ignore", "The given NumPy array is not writable")
        return torch.from_numpy(pixels)


def _indices(images: list[PurePath], names: tuple[str, ...]) -> torch.Tensor:
    index = {name: number for number, name in enumerate(names)}
    return torch.tensor([index[image.parts[0]] for image in images])
