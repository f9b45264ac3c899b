"""How a folder of images is read: which of its subfolders are splits, and which are classes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
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
    """splits: the folder of each. beside: the folders and files beside the splits, by name; they
    are not read. doubtful: a sentence, where the folder can be read in two ways."""

    splits: Mapping[str, Path]
    beside: tuple[str, ...] = ()
    doubtful: str = ""


def split_named(name: str) -> str | None:
    """The split that a folder of this name usually holds: "validation" for "Val"."""
    return _SPLIT_OF.get(name.lower())


def layout_of(whole: Path) -> Layout:
    """Where ``whole`` has a folder called train (or training, in any case of letters), and beside
    it a folder called as another split is, or no other folder at all, these are its splits.
    Otherwise it is one split, ``train``.

    Raises UsageError where it has two folders for one split, or one for testing or validation and
    none to train on: neither is ever taken for a class.
    """
    if existing(whole) is None or not whole.is_dir():
        return Layout({"train": whole})  # which whoever reads it says better
    folders, files = _inside(whole)
    found = defaultdict(list)
    for name in folders:
        if split := split_named(name):
            found[split].append(name)
    for split, names in found.items():
        if len(names) > 1:
            raise UsageError(
                f"{whole} has two folders for the split {split}: {' and '.join(names)}. Leave one, "
                "or make one folder of them."
            )
    others = [name for name in folders if not split_named(name)]
    train = found.pop("train", [])
    if not train and found:
        name = next(iter(found.values()))[0]
        raise UsageError(
            f"{whole} has a folder {name!r}, which is the usual name of a split, and none called "
            "train. Put the images to train on into a folder train beside it; or rename it, if it "
            "is a class."
        )
    if train and (found or not others):
        found["train"] = train
        splits = {split: whole / found[split][0] for split in SPLITS if split in found}
        return Layout(splits, beside=(*others, *files))
    doubtful = ""
    if train:
        doubtful = (
            f"The folder {train[0]!r} is taken for a class, like {others[0]!r}. If it is the "
            "training split, give its own path."
        )
    return Layout({"train": whole}, doubtful=doubtful)


def _inside(folder: Path) -> tuple[list[str], list[str]]:
    """The names of the folders and of the files, without those that begin with a dot."""
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise unreadable(folder, error) from error
    folders = [path.name for path in paths if path.is_dir()]
    return folders, [path.name for path in paths if path.name not in set(folders)]
