"""Remarks on a folder of images: how its layout was read, and which files were left out.

The remarks have names inside the folder, and never its path: a run's files may be shared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ganzoo.data.decoded import Decoded
from ganzoo.data.form import Form
from ganzoo.data.layout import Layout, split_named
from ganzoo.data.tree import Tree, labels_of

_SAME_SHAPE = 1.005  # ratios of sides below this are the same, except for rounding
_NAMED = 3  # names in a remark; further ones are only counted
# Files that often lie beside images. A left out file with another suffix may be an image.
_NO_IMAGES = {
    *(".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".html"),
    *(".log", ".py", ".db", ".ini"),
}


@dataclass(frozen=True)
class Remark:
    """A sentence about the data. warn: whether the remark points to a likely mistake."""

    sentence: str
    warn: bool = True


def of_layout(layout: Layout, trees: Mapping[str, Tree]) -> Iterator[Remark]:
    """Remarks on the splits of the folder, and on the files and folders beside them."""
    if layout.doubtful:
        yield Remark(layout.doubtful)
    if len(layout.splits) > 1:
        counts = ", ".join(
            f"{place.name} ({len(trees[split].images)} images)"
            for split, place in layout.splits.items()
        )
        yield Remark(f"The splits are the folders {counts}.", warn=False)
    if layout.beside:
        paths = [PurePath(name) for name in layout.beside]
        splits = ", ".join(place.name for place in layout.splits.values())
        yield Remark(
            f"Left out, because it lies beside the splits ({splits}): {_few(layout.beside)}.",
            warn=any(path.suffix.lower() not in _NO_IMAGES for path in paths),
        )


def of_splits(split: str, trees: Mapping[str, Tree]) -> Iterator[Remark]:
    """A remark on the labels of a split that are not used because of another split. Only for splits
    without labels in common."""
    if not labels_of(trees[split].images):
        return
    for name, tree in trees.items():
        strays = [image for image in tree.images if len(image.parts) == 1]
        if strays:
            yield Remark(
                f"The labels of the split {split!r} are not used, because {_files(strays)} of the "
                f"split {name!r} {'lie' if len(strays) > 1 else 'lies'} in no folder of a class. "
                "Move such images into one, or remove them; or use `--set dataset.labels=false`."
            )


def of_tree(tree: Tree, labels: Sequence[str], wanted: bool) -> Iterator[Remark]:
    """Remarks on the files of a split that are left out, and on its labels. labels: the names of
    the classes; wanted: whether the option ``labels`` is on."""
    if tree.others:
        suffixes = Counter(file.suffix.lower() or "no suffix" for file in tree.others)
        counts = ", ".join(f"{count} {suffix}" for suffix, count in sorted(suffixes.items()))
        yield Remark(
            "Left out, because they are not images of a known format: "
            f"{_files(tree.others)} ({counts}).",
            warn=any(suffix not in _NO_IMAGES for suffix in suffixes),
        )
    with_images = {image.parts[0] for image in tree.images if len(image.parts) > 1}
    empty = sorted({*tree.folders, *labels} - with_images)
    if wanted and empty and with_images:
        exists = any(name in tree.folders for name in empty)
        yield Remark(f"No image was found in the {_folders(empty)}.", warn=exists)
    tops = {image.parts[0] for image in tree.images}
    if wanted and not labels and len(with_images) == 1 == len(tops):
        yield Remark(
            f"All images are in the {_folders(sorted(with_images))}, so there are no classes: "
            "classes are two folders or more.",
            warn=False,
        )
    strays = [image for image in tree.images if len(image.parts) == 1]
    if wanted and strays and len(with_images) > 1:
        yield Remark(
            f"The labels of the {_folders(sorted(with_images))} are not used, because "
            f"{_files(strays)} {'lie' if len(strays) > 1 else 'lies'} in none of them. Move such "
            "images into one of them, or remove them; or use `--set dataset.labels=false`."
        )
    yield from _links(tree, labels)
    folders = {*_folder_names(tree.images)}
    named = sorted({name for name in folders if split_named(name) not in (None, "train")})
    if named:
        yield Remark(
            f"The images in folders named {_few(named)} are read like all others: a folder "
            "is a split only if it lies directly in the folder of the dataset."
        )


def of_sizes(sizes: Sequence[tuple[int, int]], form: Form) -> Iterator[Remark]:
    """A remark on what bringing images to one size changes, from the width and the height of some
    of the images."""
    if form.size is None or not sizes:
        return
    height, width = form.size
    # By how much the image is wider than the size: 1.5 for 96 x 64 and a square; 1 for no change.
    most = max(max(w * height / (h * width), h * width / (w * height)) for w, h in sizes)
    if most < _SAME_SHAPE:
        return
    least, largest = min(sizes), max(sizes)
    known = f"{least[1]}x{least[0]}"
    if least != largest:
        known += f" to {largest[1]}x{largest[0]}"
    upto = "" if least == largest else "up to "
    share = f"{upto}{100 * (1 - 1 / most):.0f} %"
    effect = {
        "crop": f"the middle is cut out, which leaves out {share} of an image "
        "(dataset.fit=pad or stretch keeps all of it)",
        "pad": f"borders are added, which take {share} of an image",
        "stretch": f"one side is stretched by {upto}{100 * (most - 1):.0f} % more than the other",
    }[form.fit]
    yield Remark(
        f"Images of {known} pixels (height x width) are resized to {height}x{width}: {effect}.",
        warn=False,
    )


def of_pixels(decoded: Decoded, bits: int | None) -> Iterator[Remark]:
    """Remarks on frames and bits of the images that are lost."""
    if decoded.several:
        yield Remark(
            f"Of {decoded.several} files with several frames or pages, only the first is read."
        )
    if bits is not None and not decoded.top:
        yield Remark(f"bits={bits} changes nothing: no image is 16-bit gray.")
    elif bits is not None and decoded.top >= 1 << bits:
        yield Remark(
            f"bits={bits} cuts off pixels brighter than {(1 << bits) - 1}, and the brightest "
            f"pixel is {decoded.top}: use `--set dataset.bits={decoded.top.bit_length()}`."
        )
    elif bits is None and 0 < decoded.top < 1 << 14:
        used = decoded.top.bit_length()
        yield Remark(
            f"No pixel of the 16-bit images is brighter than {decoded.top} of 65535, so all images "
            f"are dark. If their values have {used} bits, use `--set dataset.bits={used}`."
        )


def _links(tree: Tree, labels: Sequence[str]) -> Iterator[Remark]:
    if tree.again:
        yield Remark(
            f"Left out, because they lead to folders that are read already: {_files(tree.again)}."
        )
    names_of = defaultdict(list)
    for name, place in tree.folders.items():
        if name in labels:
            names_of[place].append(name)
    for names in names_of.values():
        if len(names) > 1:
            yield Remark(
                f"The classes {' and '.join(names)} are one folder under several names (links): "
                "each image comes more than once, with different labels."
            )


def _folder_names(images: Iterable[PurePath]) -> Iterator[str]:
    """The names of all folders above the images."""
    for image in images:
        yield from image.parts[:-1]


def _files(paths: Sequence[PurePath]) -> str:
    return _few([path.as_posix() for path in paths])


def _folders(names: Sequence[str]) -> str:
    return f"{'folders' if len(names) > 1 else 'folder'} {_few(names)}"


def _few(names: Sequence[str]) -> str:
    """The first names, and the number of further ones."""
    shown = ["".join(c if c.isprintable() else "?" for c in name) for name in names[:_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
