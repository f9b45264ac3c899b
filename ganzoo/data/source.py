"""The places that image files are read from: a folder, or one file with many images in it."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import BinaryIO

from ganzoo.data import layout, tree
from ganzoo.data.files import read_bytes
from ganzoo.data.layout import Layout
from ganzoo.data.tree import Tree
from ganzoo.errors import GanzooError

Member = Callable[[], bytes]  # the content of an image file; raises the errors of its format


class Source(ABC):
    """Image files below ``whole``, by their paths. A file with many images is taken for a folder:
    the member cat/1.png of pets.zip has the path pets.zip/cat/1.png. named: whether the files have
    names of their own, and not the numbers of rows."""

    named = True

    def __init__(self, whole: Path) -> None:
        self.whole = whole

    @abstractmethod
    def layout(self) -> Layout:
        """Which folders are splits."""

    @abstractmethod
    def tree(self, place: Path) -> Tree:
        """The files below ``place``."""

    @abstractmethod
    def read(self, path: Path) -> bytes:
        """The content of an image file. Raises GanzooError if it cannot be read."""

    @abstractmethod
    def opened(self, path: Path) -> Path | BinaryIO:
        """An image file as Pillow opens it."""

    @abstractmethod
    def state(self, path: Path) -> tuple[int, ...]:
        """Numbers that change if the content of an image file changes."""

    def images(self, place: Path) -> Tree:
        """The files below ``place``. Raises GanzooError if none of them is an image."""
        return tree.with_images(place, self.tree(place))


class Disk(Source):
    """A folder."""

    def layout(self) -> Layout:
        return layout.layout_of(self.whole)

    def tree(self, place: Path) -> Tree:
        return tree.look_into(place)

    def images(self, place: Path) -> Tree:
        return tree.find_images(place)

    def read(self, path: Path) -> bytes:
        return read_bytes(path)

    def opened(self, path: Path) -> Path:
        return path

    def state(self, path: Path) -> tuple[int, ...]:
        return _state(path)


class Packed(Source):
    """A file with many images, or several. members: the contents by name; a first folder that all
    others lie in is left out. paths: the files that they are read from. named: whether the images
    have names of their own, of which hidden ones are left out; a label may begin with a dot."""

    def __init__(
        self,
        whole: Path,
        members: Mapping[PurePath, Member],
        paths: Sequence[Path],
        *,
        named: bool = True,
    ) -> None:
        super().__init__(whole)
        self.named = named
        kept = {name: m for name, m in members.items() if not named or not _hidden(name)}
        self._members = _without_top(kept)
        self._state = tuple(number for path in paths for number in _state(path))

    def layout(self) -> Layout:
        folders = {name.parts[0] for name in self._members if len(name.parts) > 1}
        files = {name.parts[0] for name in self._members if len(name.parts) == 1}
        return layout.arranged(self.whole, sorted(folders), sorted(files))

    def tree(self, place: Path) -> Tree:
        below = place.relative_to(self.whole)
        names = [name.relative_to(below) for name in self._members if name.is_relative_to(below)]
        folders = {name.parts[0]: str(place / name.parts[0]) for name in names if name.parts[1:]}
        return tree.sorted_by_kind(Tree(others=names, folders=folders))

    def read(self, path: Path) -> bytes:
        try:
            return self._members[path.relative_to(self.whole)]()
        except Exception as error:  # zlib's, lzma's and zipfile's own errors, and ValueError
            raise GanzooError(
                f"{path} cannot be read: {error or type(error).__name__}. Write {self.whole.name} "
                "again, without this image."
            ) from error

    def opened(self, path: Path) -> BinaryIO:
        return io.BytesIO(self.read(path))

    def state(self, path: Path) -> tuple[int, ...]:
        return self._state


def _state(path: Path) -> tuple[int, ...]:
    try:
        stat = path.stat()
    except OSError:  # reading the file gives the message
        return ()
    return (stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)


def _hidden(name: PurePath) -> bool:
    """Whether a name begins with a dot, or lies in the folder that macOS adds to its archives."""
    return any(part.startswith(".") or part == "__MACOSX" for part in name.parts)


def _without_top(members: Mapping[PurePath, Member]) -> dict[PurePath, Member]:
    """The members without the folders that all of them lie in: archives are often made of one
    folder. A folder with the name of a split is kept."""
    tops = {name.parts[0] for name in members}
    inside = len(tops) == 1 and all(len(name.parts) > 1 for name in members)
    if not inside or layout.split_named(next(iter(tops))):
        return dict(members)
    return _without_top({PurePath(*name.parts[1:]): each for name, each in members.items()})
