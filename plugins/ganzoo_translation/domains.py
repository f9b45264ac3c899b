"""Two datasets as the two domains of a translation."""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from ganzoo import Count, Data, Dataset, UsageError
from ganzoo_translation.named import dataset_of, has_sizes

IMAGES = 4  # axes of an array of images: (N, C, H, W)
CHANNELS = (1, 3)  # which the option ``channels`` allows


class Domains(Dataset):
    """x: the images of one dataset. ``cond["source"]``: those of another one, which are translated
    to the domain of x. The two have images of the same shape, and the splits that both have.

    Paired: the k-th source belongs to the k-th x, in the order of the datasets. The images of two
    folders have the same names, up to the suffix. Unpaired: the images of the smaller dataset are
    repeated.

    Args:
        source: the dataset of the images to translate, by its name; ``folder:PATH`` for own images.
        target: the dataset of x, likewise.
        paired: whether the datasets show the same in the same order.
        size: of all images of folders in pixels: one number for squares, or "48x64" for a height of
            48 and a width of 64.
        channels: 1 for gray, 3 for colour, of all images of folders.
        fit: how an image of another shape comes to this size, as for the dataset ``folder``.
    """

    def __init__(
        self,
        source: str,
        target: str,
        paired: bool = False,
        size: Count | str | None = None,
        channels: Literal[1, 3] | None = None,
        fit: Literal["crop", "pad", "stretch"] = "crop",
    ) -> None:
        form = {"size": size, "channels": channels, "fit": fit, "labels": False}
        self.paired, self.called = paired, (source, target)
        self.source, self.target = (dataset_of(text, **form) for text in (source, target))
        self.splits = tuple(name for name in self.target.splits if name in self.source.splits)
        if not self.splits:
            raise UsageError(f"{source} and {target} have no split in common.")

    def load(self, root: Path, split: str) -> Data:
        """The checksum is the SHA-256 of the checksums of both datasets."""
        if self.paired:
            self._check_names(split)
        source, target = self.source.load(root, split), self.target.load(root, split)
        self._check_forms(source.x, target.x)
        if self.paired and len(source) != len(target):
            raise UsageError(
                f"There are {len(source)} sources and {len(target)} images that they are "
                "translated to, which are no pairs: add the missing ones, or leave out "
                "dataset.paired"
            )
        count = max(len(source), len(target))
        about = f"{source.checksum} {target.checksum}"
        known = source.checksum and target.checksum
        return Data(
            x=_repeated(target.x, count),
            y=None if target.y is None else _repeated(target.y, count),
            classes=target.classes,
            labels=target.labels,
            source=f"{source.source} and {target.source}",
            checksum=hashlib.sha256(about.encode()).hexdigest() if known else None,
            cond={"source": _repeated(source.x, count)},
            notes=tuple(self._notes(source, target)),
            unpaired=() if self.paired else ("source",),
        )

    def _notes(self, source: Data, target: Data) -> Iterator[str]:
        for called, data in zip(self.called, (source, target), strict=True):
            yield from (f"{called}: {note}" for note in data.notes)
        few, many = sorted((len(source), len(target)))
        if few < many:
            shorter = self.called[len(target) == few]
            yield f"The {few} images of {shorter} are repeated, since the other domain has {many}."

    def _check_forms(self, source: Tensor, target: Tensor) -> None:
        """Raises UsageError for samples that are no images, and for images of two forms."""
        for called, x in zip(self.called, (source, target), strict=True):
            if x.ndim != IMAGES:
                raise UsageError(
                    f"Images are translated, and the samples of {called} are no images: choose "
                    "another dataset, or folder:PATH for own images."
                )
        if source.dtype != target.dtype:
            raise UsageError(
                f"The sources have pixels of {source.dtype}, and the images that they are "
                f"translated to of {target.dtype}: save all images with the same number of bits."
            )
        if source.shape[1:] != target.shape[1:]:
            raise UsageError(
                f"The sources have the shape {tuple(source.shape[1:])}, and the images that they "
                f"are translated to {tuple(target.shape[1:])}: {self._same_form(source, target)}"
            )

    def _same_form(self, source: Tensor, target: Tensor) -> str:
        """How both get one form: that of the dataset whose images cannot be resized."""
        pairs = zip((self.source, self.target), (source, target), strict=True)
        fixed = [x for dataset, x in pairs if not has_sizes(dataset)]
        if len(fixed) == len(self.called) or (fixed and fixed[0].shape[1] not in CHANNELS):
            return "choose two datasets of images of one shape, or folder:PATH for own images."
        channels, height, width = fixed[0].shape[1:] if fixed else (3, 64, 64)
        size = height if height == width else f"{height}x{width}"
        how = "with" if fixed else "such as"
        return (
            f"give folders the same size and channels, {how} --set dataset.size={size} "
            f"--set dataset.channels={channels}"
        )

    def _check_names(self, split: str) -> None:
        """Raises UsageError for two folders whose k-th images have different names. Folders with
        different numbers of images are refused in ``load``."""
        sources, targets = _names(self.source, split), _names(self.target, split)
        if sources is None or targets is None or len(sources) != len(targets):
            return
        source, target = self.called
        for one, other in zip(sources, targets, strict=True):
            if one != other:
                raise UsageError(
                    f"The images of a pair have the same name, and {one!r} of {source} would be "
                    f"paired with {other!r} of {target}: give both images of each pair one name, "
                    "or leave out dataset.paired"
                )


def _names(dataset: Dataset, split: str) -> Sequence[str] | None:
    """The names of the images of a folder; None for a dataset whose images have no names."""
    names = getattr(dataset, "names", None)
    return None if names is None else names(split)


def _repeated(rows: Tensor, count: int) -> Tensor:
    """The rows, again and again, as many as ``count``."""
    return rows if len(rows) == count else rows[torch.arange(count) % len(rows)]
