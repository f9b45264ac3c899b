"""What ganzoo decided about a folder of images, and what it left out, said in sentences.

They name what lies in the folder, and never where the folder is: a run's files may be shared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from ganzoo.data.decoded import Decoded
from ganzoo.data.layout import Layout, split_named
from ganzoo.data.tree import Tree

_NAMED = 3  # of many files, those that are named
# What often lies beside images and is none; anything else that is passed over may be an image.
_NO_IMAGES = {
    *(".txt", ".md", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".html"),
    *(".log", ".py", ".db", ".ini"),
}


@dataclass(frozen=True)
class Remark:
    """A sentence about the data. warn: whether what it tells is likely to be a mistake."""

    sentence: str
    warn: bool = True


def of_layout(layout: Layout, trees: Mapping[str, Tree]) -> Iterator[Remark]:
    """Which splits the folder has, and what is not read because it has some."""
    if layout.doubtful:
        yield Remark(layout.doubtful)
    if len(layout.splits) > 1:
        counts = ", ".join(
            f"{place.name} ({len(trees[split].images)} images)"
            for split, place in layout.splits.items()
        )
        yield Remark(f"Its splits are the folders {counts}.", warn=False)
    if layout.beside:
        lost = [PurePath(name) for name in layout.beside]
        splits = ", ".join(place.name for place in layout.splits.values())
        yield Remark(
            f"Left out, because it lies beside the splits ({splits}): {_few(layout.beside)}.",
            warn=any(path.suffix.lower() not in _NO_IMAGES for path in lost),
        )


def of_tree(tree: Tree, labels: Sequence[str], wanted: bool) -> Iterator[Remark]:
    """What is passed over in a split. labels: the names of its classes; wanted: whether they were
    asked for."""
    if tree.others:
        ends = Counter(file.suffix.lower() or "no ending" for file in tree.others)
        kinds = ", ".join(f"{count} {end}" for end, count in sorted(ends.items()))
        yield Remark(
            f"Left out, because they are no images that are read: {_files(tree.others)} ({kinds}).",
            warn=any(end not in _NO_IMAGES for end in ends),
        )
    with_images = {image.parts[0] for image in tree.images if len(image.parts) > 1}
    empty = sorted({*tree.folders, *labels} - with_images)
    if wanted and empty and with_images:
        there = any(name in tree.folders for name in empty)
        yield Remark(f"No image that is read lies in the {_folders(empty)}.", warn=there)
    strays = [image for image in tree.images if len(image.parts) == 1]
    if wanted and strays and len(with_images) > 1:
        yield Remark(
            f"The labels of the {_folders(sorted(with_images))} are not used, because "
            f"{_files(strays)} {'lie' if len(strays) > 1 else 'lies'} in none of them. Move what "
            "is there into one, or remove it; or say `--set dataset.labels=false`."
        )
    yield from _links(tree, labels)
    lost = sorted({part for part in _deep(tree.images) if split_named(part) not in (None, "train")})
    if lost:
        yield Remark(
            f"The images in folders called {_few(lost)} are taken like all others: the names of "
            "splits count only directly in the folder that is given."
        )


def of_pixels(decoded: Decoded, bits: int | None) -> Iterator[Remark]:
    """What is lost of the images themselves."""
    if decoded.several:
        yield Remark(
            f"Of {decoded.several} files with several frames or pages, the first is read alone."
        )
    if bits is not None and not decoded.top:
        yield Remark(f"bits={bits} changes nothing: no image is 16-bit gray.")
    elif bits is not None and decoded.top >= 1 << bits:
        yield Remark(
            f"bits={bits} cuts off what is brighter than {(1 << bits) - 1}, and the brightest "
            f"pixel is {decoded.top}: say `--set dataset.bits={decoded.top.bit_length()}`."
        )
    elif bits is None and 0 < decoded.top < 1 << 14:
        used = decoded.top.bit_length()
        yield Remark(
            f"No pixel of the 16-bit images is brighter than {decoded.top} of 65535, so that all "
            f"of them are dark. If their values have {used} bits, say `--set dataset.bits={used}`."
        )


def _links(tree: Tree, labels: Sequence[str]) -> Iterator[Remark]:
    if tree.again:
        yield Remark(
            f"Left out, because they lead to folders that are read already: {_files(tree.again)}."
        )
    named = defaultdict(list)
    for name, place in tree.folders.items():
        if name in labels:
            named[place].append(name)
    for names in named.values():
        if len(names) > 1:
            yield Remark(
                f"The classes {' and '.join(names)} are one folder, of which some are links: each "
                "of its images is there more than once, with different labels."
            )


def _deep(images: Iterable[PurePath]) -> Iterator[str]:
    """The names of the folders that images lie in."""
    for image in images:
        yield from image.parts[:-1]


def _files(paths: Sequence[PurePath]) -> str:
    return _few([path.as_posix() for path in paths])


def _folders(names: Sequence[str]) -> str:
    return f"{'folders' if len(names) > 1 else 'folder'} {_few(names)}"


def _few(names: Sequence[str]) -> str:
    """The first few of many, and how many there are besides."""
    shown = ["".join(c if c.isprintable() else "?" for c in name) for name in names[:_NAMED]]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
