"""Arrays of images in NumPy's files, with labels or without."""

from __future__ import annotations

import io
import math
import zipfile
from functools import partial
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from ganzoo.data.layout import SPLITS, split_named
from ganzoo.data.source import Member
from ganzoo.errors import GanzooError

UNPACKED = 16 << 30  # bytes of all arrays in an .npz
_IMAGES = ("images", "image", "imgs", "x", "data", "arr_0")
_LABELS = ("labels", "label", "targets", "y", "arr_1")

Array = NDArray[Any]


def npy(path: Path) -> dict[PurePath, Member]:
    """The images in an .npy file, which is memory-mapped: (N, H, W), (N, H, W, C) or
    (N, C, H, W)."""
    return _members(path, "the array", np.load(path, mmap_mode="r", allow_pickle=False), None, "")


def npz(path: Path) -> dict[PurePath, Member]:
    """The images in an .npz file, by split, with their labels. The names of the arrays are those of
    Keras (x_train, y_train), of MedMNIST (train_images, train_labels), or without a split (images,
    labels). A single array may have any name."""
    with zipfile.ZipFile(path) as archive:
        total = sum(info.file_size for info in archive.infolist())
    if total > UNPACKED:
        raise GanzooError(
            f"{path} unpacks to {total / 1e9:.3g} GB, and the limit is {UNPACKED / 1e9:.3g} GB: "
            "save the images as an .npy file, which is not unpacked."
        )
    with np.load(path, allow_pickle=False) as arrays:
        found = {_meaning(name): name for name in arrays.files}
        if len(arrays.files) == 1:
            found = {("", "images"): arrays.files[0]}
        splits = [split for split in ("", *SPLITS) if (split, "images") in found]
        if not splits:
            raise GanzooError(
                f"{path} has the arrays {', '.join(arrays.files) or 'of no name'}, and none is "
                "named as images: name them images and labels, or train_images and train_labels, "
                "test_images and test_labels."
            )
        members = {}
        for split in splits[:1] if splits[0] == "" else splits:
            name = found[split, "images"]
            labels = found.get((split, "labels"))
            numbers = None if labels is None else arrays[labels]
            members.update(_members(path, f"its array {name!r}", arrays[name], numbers, split))
        return members


def _meaning(name: str) -> tuple[str, str]:
    """The split and the kind of an array, from its name: ("train", "images") for x_train."""
    lower = name.lower()
    for head, tail in (lower.rpartition("_")[::2], lower.partition("_")[2::-2]):
        if (split := split_named(tail)) and (kind := _kind(head)):
            return split, kind
    return "", _kind(lower)


def _kind(name: str) -> str:
    return "images" if name in _IMAGES else "labels" if name in _LABELS else ""


def _members(
    path: Path, what: str, images: Array, labels: Array | None, split: str
) -> dict[PurePath, Member]:
    """The images as files in folders: of the split, if it has a name, and of the label."""
    if not images.dtype.isnative:
        images = images.astype(images.dtype.newbyteorder("="))
    images = _channels_last(path, what, images)
    scale = _scale(path, what, images)
    folders = [split] * len(images)
    if labels is not None:
        texts = _texts(path, labels, len(images))
        folders = [f"{split}/{text.replace('/', '-')}" for text in texts]
    digits = len(str(len(images)))
    return {
        PurePath(folder.lstrip("/"), f"{row:0{digits}}.tiff"): partial(_file, images, row, *scale)
        for row, folder in enumerate(folders)
    }


def _texts(path: Path, labels: Array, count: int) -> list[str]:
    """The label of each image as text; labels may be one-hot rows, (N, classes). Raises GanzooError
    for labels of another number, such as several of each image."""
    if labels.shape[:1] == (count,) and labels.ndim == 2 and _one_hot(labels):
        labels = labels.argmax(1)
    if labels.size != count:
        raise GanzooError(
            f"{path} has {count} images, and labels of the shape {labels.shape}. Save one label "
            "for each image, or the images without labels."
        )
    values = labels.ravel()
    if values.dtype.kind == "f" and (values == np.floor(values)).all():
        values = values.astype(np.int64)
    return [str(value) for value in values.tolist()]


def _one_hot(rows: Array) -> bool:
    """Whether each row has a single 1, and else 0; a single column is no such row."""
    if rows.shape[1] < 2 or rows.dtype.kind not in "biuf":
        return False
    return bool(((rows == 0) | (rows == 1)).all() and (rows.sum(1) == 1).all())


def _channels_last(path: Path, what: str, images: Array) -> Array:
    """(N, H, W) or (N, H, W, C)."""
    if images.ndim == 3:
        return images
    if images.ndim == 4 and images.shape[3] in (1, 3, 4):
        return images[..., 0] if images.shape[3] == 1 else images
    if images.ndim == 4 and images.shape[1] in (1, 3, 4):
        return images[:, 0] if images.shape[1] == 1 else images.transpose(0, 2, 3, 1)
    raise GanzooError(
        f"{path} cannot be read as images: {what} has the shape {images.shape}. It takes "
        "(N, H, W), (N, H, W, C) or (N, C, H, W), with 1, 3 or 4 channels."
    )


def _scale(path: Path, what: str, images: Array) -> tuple[float, float]:
    """What is added to the pixels, and the factor of the sum, to get 0 to 255 (0 to 65535 for
    16-bit gray). Raises GanzooError for pixels of another range."""
    if images.dtype in (np.uint8, np.bool_) or not images.size:
        return 0, 255 if images.dtype == np.bool_ else 1
    if images.dtype == np.uint16 and images.ndim == 3:
        return 0, 1
    numbers = images.dtype.kind in "iuf"
    least, most = (images.min().item(), images.max().item()) if numbers else (math.nan, math.nan)
    if images.dtype.kind == "f" and least >= -1 and most <= 1:
        return (0, 255) if least >= 0 else (1, 127.5)
    if images.dtype.kind in "iu" and least >= 0 and most <= 255:
        return 0, 1
    extent = f" from {least} to {most}" if numbers else ""
    raise GanzooError(
        f"{path} cannot be read as images: {what} has pixels of the type {images.dtype}{extent}. "
        "Save whole numbers from 0 to 255 (uint8), gray as uint16, or floats from 0 to 1."
    )


def _file(images: Array, row: int, added: float, factor: float) -> bytes:
    """An image as an uncompressed TIFF file, which any code for image files reads."""
    pixels = np.asarray(images[row])
    deep = pixels.dtype == np.uint16 and pixels.ndim == 2
    if pixels.dtype != np.uint8 and not deep:
        pixels = np.rint((pixels + added) * factor).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format="TIFF")
    return buffer.getvalue()
