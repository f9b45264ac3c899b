"""Image files as they are, before a training: numbers, sizes, classes, copies, damaged files."""

from __future__ import annotations

import math
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from statistics import median

from PIL import Image

from ganzoo.data.form import Form
from ganzoo.data.image_files import Damaged, ImageFiles
from ganzoo.data.images import Picture, Pixels
from ganzoo.data.layout import Layout
from ganzoo.data.left_out import of_layout, of_splits, of_tree
from ganzoo.data.packed import source_of
from ganzoo.data.progress import report
from ganzoo.data.source import Source
from ganzoo.data.tree import Tree, labels_of

SHOWN = 64  # images on the contact sheet, ...
THUMBNAIL = 96  # ... each in a square of so many pixels
_SIDES = (32, 64, 128, 256)  # pixels of the longer side of the sizes that are proposed
_SMALLEST = 8  # pixels of the shorter side that convolutional networks need


@dataclass(frozen=True)
class Proposal:
    """A size for ``dataset.size``, height and width. whole: whether images of all shapes that the
    data has keep their shape. bytes: of all images at this size, in memory."""

    size: tuple[int, int]
    whole: bool
    bytes: int

    @property
    def setting(self) -> str:
        """The value of ``dataset.size``."""
        height, width = self.size
        return str(height) if height == width else f"{height}x{width}"


@dataclass
class Inspection:
    """What is in a folder, or in a file with many images.

    splits: the number of readable images in each split. classes: in each class, by name; none if
    the folders are no classes. sizes: of each (height, width). modes: of each kind of pixels.
    copies: the names of the files with the same content, by groups. unreadable: the reason for each
    damaged file. remarks: sentences about what is left out. thumbnails: some of the images, uint8
    (3, THUMBNAIL, THUMBNAIL). top: the largest value of all 16-bit gray images.
    """

    splits: dict[str, int] = field(default_factory=dict)
    classes: dict[str, int] = field(default_factory=dict)
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    copies: list[list[str]] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    thumbnails: list[Pixels] = field(default_factory=list)
    top: int = 0

    def add(self, split: str, name: PurePath, picture: Picture, *, on_sheet: bool) -> None:
        """Count an image that can be read."""
        self.splits[split] += 1
        self.sizes[picture.size] += 1
        self.modes[picture.mode] += 1
        self.top = max(self.top, picture.top)
        if self.classes:
            self.classes[name.parts[0]] += 1
        if on_sheet:
            self.thumbnails.append(picture.pixels)

    def __len__(self) -> int:
        return sum(self.splits.values())

    @property
    def channels(self) -> int:
        """The channels that keep the colours of all images; transparency is not counted."""
        return 3 if any(mode.startswith("colour") for mode in self.modes) else 1

    def settings(self) -> list[str]:
        """Settings without which the images have no common form, or lose something."""
        found = []
        if len({mode.startswith("colour") for mode in self.modes}) > 1:
            found.append("dataset.channels=3")
        elif any("transparency" in mode for mode in self.modes):
            found.append("dataset.channels=4")
        if 0 < self.top < 1 << 14:
            found.append(f"dataset.bits={self.top.bit_length()}")
        return found

    def proposals(self) -> list[Proposal]:
        """Sizes that fit: of the usual shape of the images, and no larger than most of them."""
        if not self.sizes:
            return []
        images = list(self.sizes.elements())
        shape = median(height / width for height, width in images)
        longer = median(max(size) for size in images)
        (most, count), *_ = self.sizes.most_common(1)
        sizes = [_of_shape(shape, side) for side in _SIDES if side <= longer]
        if count == len(images) and max(most) <= max(_SIDES):
            sizes = [size for size in sizes if max(size) < max(most)] + [most]
        ratios = [max(h / w / shape, shape * w / h) for h, w in self.sizes]
        each = len(self) * self.channels  # bytes of one pixel of all images
        return [
            Proposal(size, max(ratios) < 1 + 1 / min(size), each * math.prod(size))
            for size in sizes or [_of_shape(shape, _SIDES[0])]
            if min(size) >= _SMALLEST
        ]


def _of_shape(shape: float, longer: int) -> tuple[int, int]:
    """The size with this ratio of height to width and this longer side. The shorter is even."""
    shorter = max(2, 2 * round(longer * min(shape, 1 / shape) / 2))
    return (longer, shorter) if shape > 1 else (shorter, longer)


def inspect(path: Path) -> Inspection:
    """Reads every image in ``path``, a folder or a file with many images, and keeps few. Raises
    GanzooError if there is no image, and for a file that cannot be read at all."""
    source = source_of(path)
    layout = source.layout()
    first, *others = layout.splits
    trees = {first: source.images(layout.splits[first])}
    trees.update((split, source.tree(layout.splits[split])) for split in others)
    names = labels_of(image for tree in trees.values() for image in tree.images)
    remarks = [*of_layout(layout, trees), *of_tree(trees[first], names, wanted=True)]
    remarks += [] if names else [*of_splits(first, trees)]
    found = Inspection(
        splits=dict.fromkeys(layout.splits, 0),
        classes=dict.fromkeys(names, 0),
        remarks=[remark.sentence for remark in remarks],
    )
    total = sum(len(tree.images) for tree in trees.values())
    contents: defaultdict[bytes, list[str]] = defaultdict(list)
    for done, (split, name, result) in enumerate(_results(source, layout, trees)):
        place = layout.splits[split]
        shown = (name if place == path else PurePath(place.name, name)).as_posix()
        if isinstance(result, Damaged):
            found.unreadable[shown] = result.reason
        else:
            picture, digest = result
            contents[digest].append(shown)
            found.add(split, name, picture, on_sheet=done % -(-total // SHOWN) == 0)
        report(done + 1, total)
    found.copies.extend(group for group in contents.values() if len(group) > 1)
    return found


def _results(
    source: Source, layout: Layout, trees: Mapping[str, Tree]
) -> Iterator[tuple[str, PurePath, tuple[Picture, bytes] | Damaged]]:
    """Each image file, by its split and its name in it: a thumbnail with the SHA-256 of the file,
    or its fault."""
    form = Form((THUMBNAIL, THUMBNAIL), "pad", channels=3)
    with warnings.catch_warnings():
        # Pillow warns of a possible attack for large images that it still decodes.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        for split, place in layout.splits.items():
            files = ImageFiles(source, place, trees[split].images, form)
            for name, result in files.results():
                yield split, name, result


def plain(found: Inspection) -> Mapping[str, object]:
    """An inspection as plain data, for JSON. Sizes are height x width."""
    return {
        "count": len(found),
        "splits": found.splits,
        "classes": found.classes,
        "sizes": {f"{h}x{w}": count for (h, w), count in found.sizes.most_common()},
        "modes": dict(found.modes.most_common()),
        "copies": found.copies,
        "unreadable": found.unreadable,
        "remarks": found.remarks,
        "settings": found.settings(),
        "fits": [
            {"size": each.setting, "whole": each.whole, "bytes": each.bytes}
            for each in found.proposals()
        ],
    }
