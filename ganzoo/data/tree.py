"""The image files of a folder, and the labels that its subfolders give them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path, PurePath

from ganzoo.data.files import existing, unreadable
from ganzoo.data.images import EXTENSIONS
from ganzoo.errors import GanzooError


def find_images(folder: Path) -> list[PurePath]:
    """The images in ``folder`` and below, relative to it, sorted by name.

    Links are followed; what begins with a dot is skipped. Raises GanzooError where there is no
    such folder, none of its files is an image, or a part of it may not be read.
    """
    if existing(folder) is None or not folder.is_dir():
        what = "is not a folder" if folder.exists() else "does not exist"
        raise GanzooError(f"{folder} {what}. Give the path of a folder of images.")
    files = list(_files(folder))
    images = [file for file in files if file.suffix.lower() in EXTENSIONS]
    if not images:
        what = f"none of its {len(files)} files is one" if files else "it is empty"
        raise GanzooError(
            f"There are no images in {folder}: {what}. Files count whose name ends in "
            f"{', '.join(EXTENSIONS)}."
        )
    return sorted(images, key=lambda image: image.as_posix())


def _files(folder: Path) -> Iterable[PurePath]:
    def fail(error: OSError) -> None:  # os.walk alone would skip what it may not read
        raise unreadable(Path(error.filename or folder), error) from error

    seen: set[str] = set()
    for place, below, names in os.walk(folder, onerror=fail, followlinks=True):
        real = os.path.realpath(place)
        if real in seen:  # a link to a folder above would never end
            below.clear()
            continue
        seen.add(real)
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in names:
            if not name.startswith("."):
                yield Path(place, name).relative_to(folder)


def labels_of(images: Iterable[PurePath]) -> tuple[str, ...]:
    """The names of the first subfolders, sorted, where they label the images: every image lies in
    one, and there are at least two. Otherwise nothing."""
    parts = [image.parts for image in images]
    if any(len(part) < 2 for part in parts):
        return ()
    names = sorted({part[0] for part in parts})
    return tuple(names) if len(names) > 1 else ()
