"""Any folder of images as a dataset."""

from __future__ import annotations

from itertools import chain
from pathlib import Path, PurePath

import torch

from ganzoo.data.checks import known_split, positive
from ganzoo.data.decoded import Images
from ganzoo.data.files import existing
from ganzoo.data.tree import find_images, labels_of
from ganzoo.errors import UsageError
from ganzoo.interfaces import Dataset
from ganzoo.types import Data


class Folder(Dataset):
    """All images in ``path`` and below, in the order of their names: x uint8 (N, C, H, W).

    size: resizes the shorter side to it and cuts out the middle square; without it all images
    must have one size. channels: 1 for gray, 3 for colour; without it all must be the one or the
    other. labels: whether subfolders are labels, y int64 (N,), where every image lies in one and
    there are at least two; as torchvision's ImageFolder reads them.

    Where ``path`` has both a ``train`` and a ``test`` folder, these are the splits, and the labels
    lie inside; anything beside them is not read. Otherwise all of it is ``train``.

    PNG, JPEG, BMP, WebP, TIFF, and the first frame of a GIF. More than 2 GiB of pixels are decoded
    once into a file in the data directory, and mapped from there (``ganzoo.data.decoded``).
    """

    def __init__(
        self,
        path: str,
        size: int | None = None,
        channels: int | None = None,
        labels: bool = True,
    ) -> None:
        if not path:
            raise UsageError("The folder's path is empty. Give one: `--dataset folder:PATH`.")
        if channels not in (None, 1, 3):
            raise UsageError(f"channels={channels} is neither 1 (gray) nor 3 (colour).")
        self.path = path
        self.size, self.channels, self.labels = positive("size", size), channels, labels

    def load(self, root: Path, split: str) -> Data:
        """The checksum is over the names and contents of the split's files, not over the pixels."""
        known_split(self, split)
        splits = self._splits()
        if split not in splits:
            raise UsageError(
                f"{self.path} has no {split} split: all of it is for training. "
                "To have both, sort its images into subfolders train and test."
            )
        everything = {name: find_images(folder) for name, folder in splits.items()}
        # From all splits: a class that one of them lacks must not shift the numbers of the rest.
        names = labels_of(chain(*everything.values())) if self.labels else ()
        images = Images(splits[split], everything[split], self.size, self.channels)
        pixels, checksum = images.read(root / "decoded")
        return Data(
            x=torch.from_numpy(pixels),
            y=_indices(images.names, names) if names else None,
            classes=len(names),
            labels=names,
            source=str(splits[split].resolve()),
            checksum=checksum,
        )

    def _splits(self) -> dict[str, Path]:
        whole = Path(self.path).expanduser()
        parts = {split: whole / split for split in self.splits}
        both = all(existing(part) and part.is_dir() for part in parts.values())
        return parts if both else {"train": whole}


def _indices(images: list[PurePath], names: tuple[str, ...]) -> torch.Tensor:
    index = {name: number for number, name in enumerate(names)}
    return torch.tensor([index[image.parts[0]] for image in images])
