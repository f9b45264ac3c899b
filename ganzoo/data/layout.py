"""The layout of a folder of images: which subfolders are splits, and which are classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ganzoo.data.files import existing, unreadable
from ganzoo.errors import UsageError

SPLITS = ("train", "test", "validation")
_NAMES = {
    "train": ("train", "training"),
    "test": ("test", "testing"),
    "validation": ("val", "valid", "validation", "dev"),
}
_SPLIT_OF = {name: split for split, names in _NAMES.items() for name in names}


@dataclass(frozen=True)
class Layout:
    """splits: the folder of each split. beside: the names of the folders and files beside the
    splits, which are not read. doubtful: a remark if the layout is ambiguous, else ""."""

    splits: Mapping[str, Path]
    beside: tuple[str, ...] = ()
    doubtful: str = ""


def split_named(name: str) -> str | None:
    """The split that a folder of this name usually holds, "validation" for "Val"; else None."""
    return _SPLIT_OF.get(name.lower())


def layout_of(whole: Path) -> Layout:
    """The layout of the folder ``whole``. It has splits if it has a folder train (or training, in
    upper or lower case), and a folder with the name of another split or no other folder. Otherwise
    the whole folder is one split, ``train``.

    Raises UsageError for two folders of one split, and for a folder of a test or validation split
    without a folder train: such folders are never taken for classes.
    """
    if existing(whole) is None or not whole.is_dir():
        return Layout({"train": whole})  # ``find_images`` raises the error
    return arranged(whole, *_inside(whole))


def arranged(whole: Path, folders: Sequence[str], files: Sequence[str]) -> Layout:
    """The layout of ``whole`` with these folders and files directly in it, by name; see
    ``layout_of``."""
    names_of = defaultdict(list)
    for name in folders:
        if split := split_named(name):
            names_of[split].append(name)
    for split, names in names_of.items():
        if len(names) > 1:
            raise UsageError(
                f"{whole} has two folders for the split {split}: {' and '.join(names)}. Remove "
                "one, or merge them."
            )
    others = [name for name in folders if not split_named(name)]
    train = names_of.pop("train", [])
    if not train and names_of:
        name = next(iter(names_of.values()))[0]
        raise UsageError(
            f"{whole} has a folder {name!r}, which is the usual name of a split, and no folder "
            "train. Put the training images into a folder train beside it; or rename it, if it "
            "is a class."
        )
    if train and (names_of or not others):
        names_of["train"] = train
        splits = {split: whole / names_of[split][0] for split in SPLITS if split in names_of}
        return Layout(splits, beside=(*others, *files))
    doubtful = ""
    if train:
        doubtful = (
            f"The folder {train[0]!r} is read as a class, like {others[0]!r}. If it is the "
            "training split, give the path of this folder."
        )
    return Layout({"train": whole}, doubtful=doubtful)


def _inside(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files; names that begin with a dot are left out."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise unreadable(folder, error) from error
    folders = [path.name for path in paths if path.is_dir()]
    return folders, [path.name for path in paths if path.name not in set(folders)]
