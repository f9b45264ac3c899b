"""The image files of a folder, and the labels that its subfolders give them."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from ganzoo.data.files import existing, unreadable
from ganzoo.data.images import extensions
from ganzoo.errors import GanzooError


@dataclass(frozen=True)
class Tree:
    """The files in a folder and its subfolders; all paths are relative to it, and sorted by name.

    images: the image files. others: the files that are not images, judged by their names. folders:
    the first subfolders, each with its real path (links resolved). again: the links to folders
    that are read already; they are not followed.
    """

    images: list[PurePath] = field(default_factory=list)
    others: list[PurePath] = field(default_factory=list)
    folders: dict[str, str] = field(default_factory=dict)
    again: list[PurePath] = field(default_factory=list)


def find_images(folder: Path) -> Tree:
    """The files in ``folder`` and its subfolders. Links are followed; names that begin with a dot
    are skipped.

    Raises GanzooError if there is no such folder, if it has no image, or if a subfolder may not be
    read.
    """
    if existing(folder) is None or not folder.is_dir():
        problem = "is not a folder" if folder.exists() else "does not exist"
        raise GanzooError(
            f"{folder} {problem}. Give the path of a folder of images, or "
            "of a file with images: .zip, .tar, .tar.gz, .npz, .npy or .parquet."
        )
    return with_images(folder, look_into(folder))


def with_images(folder: Path, tree: Tree) -> Tree:
    """The tree of ``folder``. Raises GanzooError if it has no image."""
    if not tree.images:
        reason = f"none of its {len(tree.others)} files is one" if tree.others else "it is empty"
        raise GanzooError(
            f"There are no images in {folder}: {reason}. Image files have one of the suffixes "
            f"{', '.join(sorted(extensions()))}."
        )
    return tree


def look_into(folder: Path) -> Tree:
    """Like ``find_images``, but the folder may have no images."""
    return sorted_by_kind(_walk(folder))


def sorted_by_kind(tree: Tree) -> Tree:
    """A tree with all its files in ``others``, as one with the images in ``images``."""
    ends = extensions()
    images = [file for file in tree.others if file.suffix.lower() in ends]
    others = [file for file in tree.others if file.suffix.lower() not in ends]
    return Tree(_sorted(images), _sorted(others), tree.folders, _sorted(tree.again))


def _walk(folder: Path) -> Tree:
    """The tree with all files, also images, in ``others``."""

    def fail(error: OSError) -> None:  # by default os.walk skips folders that it may not read
        raise unreadable(Path(error.filename or folder), error) from error

    tree = Tree()
    top = os.path.realpath(folder)
    # One set for each first subfolder: two links to one folder are two classes.
    seen: dict[tuple[str, ...], set[str]] = {}
    for place, below, names in os.walk(folder, onerror=fail, followlinks=True):
        here, real = PurePath(place).relative_to(folder), os.path.realpath(place)
        visited = seen.setdefault(here.parts[:1], {top})
        if here.parts and real in visited:  # following a link to a folder above would never end
            tree.again.append(here)
            below.clear()
            continue
        visited.add(real)
        below[:] = sorted(name for name in below if not name.startswith("."))
        if len(here.parts) == 1:
            tree.folders[here.name] = real
        tree.others.extend(here / name for name in names if not name.startswith("."))
    return tree


def _sorted(files: list[PurePath]) -> list[PurePath]:
    return sorted(files, key=lambda file: file.as_posix())


def labels_of(images: Iterable[PurePath]) -> tuple[str, ...]:
    """The names of the first subfolders, in order, if they label the images: every image lies in
    one of them, and there are at least two. Otherwise (). Names that are all numbers are in the
    order of the numbers, others in alphabetical order."""
    parts = [image.parts for image in images]
    if any(len(part) < 2 for part in parts):
        return ()
    names = sorted({part[0] for part in parts})
    if all(name.isdecimal() for name in names):
        names.sort(key=int)
    return tuple(names) if len(names) > 1 else ()
