"""Rules for a dataset that lies on this machine; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo import rng
from ganzoo.assembly.build import component
from ganzoo.assembly.signature import REQUIRED, options_of
from ganzoo.errors import UsageError
from ganzoo.interfaces import Dataset
from ganzoo.testing.findings import Moot, Seen, Skipped, rule
from ganzoo.testing.offline import load_here
from ganzoo.testing.subject import Subject
from ganzoo.testing.scenes import same
from ganzoo.types import Data


@rule(
    "loads",
    "dataset",
    asks="It loads every split that it names, and refuses any other with a UsageError.",
    mend="Name the splits in `splits`, the training split first; raise ganzoo.UsageError for "
    "others, and ganzoo.DataUnavailable for data that cannot be had.",
)
def loads(subject: Subject) -> Iterator[Seen]:
    dataset = _made(subject)
    if not dataset.splits:
        yield Seen("it names no split")
        return
    for split in dataset.splits:
        found = load_here(dataset, split)
        if not isinstance(found, Data):
            yield Seen(f"it is a {type(found).__name__}, not ganzoo.Data", case=f"split {split!r}")
        elif not len(found):
            yield Seen("it is empty", case=f"split {split!r}")
    try:
        load_here(dataset, "no-such-split")
    except UsageError:
        return
    yield Seen("it is loaded all the same", case="split 'no-such-split'")


@rule(
    "shape",
    "dataset",
    asks="x is uint8 images (N, C, H, W), or finite float32 arrays (N, ...); its shape is the same in "
    "every split.",
    mend="Give images as they are, in 0..255 (ganzoo scales them on the device), and other data in "
    "float32.",
)
def shape(subject: Subject) -> Iterator[Seen]:
    shapes = set()
    for split, data in subject.once(_splits).items():
        x, case = data.x, f"split {split!r}"
        shapes.add(tuple(x.shape[1:]))
        if x.dtype not in (torch.uint8, torch.float32):
            yield Seen(f"x is {x.dtype}", case=case)
        elif x.dim() < 2 or (x.dtype == torch.uint8 and x.dim() != 4):
            yield Seen(f"x is {x.dtype} and has the shape {tuple(x.shape)}", case=case)
        elif x.is_floating_point() and not x.isfinite().all():
            yield Seen("x is not finite", case=case)
    if len(shapes) > 1:
        yield Seen(f"its splits have different shapes: {sorted(shapes)}")


@rule(
    "labels",
    "dataset",
    asks="y is int64 (N,) in 0..classes - 1, or None where classes is 0; there are as many names of "
    "labels as classes, or none; cond has N rows by every name; all splits agree.",
    mend="Pass y, classes, labels and cond to ganzoo.Data that fit one another.",
)
def labels(subject: Subject) -> Iterator[Seen]:
    classes = set()
    for split, data in subject.once(_splits).items():
        y, case = data.y, f"split {split!r}"
        classes.add((data.classes, data.labels, tuple(sorted(data.cond))))
        for name, values in data.cond.items():
            if len(values) != len(data):
                yield Seen(f"cond {name!r} of {len(data)} samples has {len(values)} rows", case)
        if (y is None) != (data.classes == 0):
            yield Seen(f"classes is {data.classes}, y {'missing' if y is None else 'there'}", case)
        elif y is not None and (y.dtype != torch.int64 or tuple(y.shape) != (len(data),)):
            yield Seen(f"y of {len(data)} samples is {y.dtype} {tuple(y.shape)}", case)
        elif y is not None and not 0 <= int(y.min()) <= int(y.max()) < data.classes:
            yield Seen(f"y goes from {y.min()} to {y.max()}, with {data.classes} classes", case)
        if data.labels and len(data.labels) != data.classes:
            yield Seen(f"{len(data.labels)} labels name {data.classes} classes", case)
    if len(classes) > 1:
        yield Seen("its splits differ in classes, labels or cond")


@rule(
    "deterministic",
    "dataset",
    asks="Each time it is loaded it is the same, whatever the state of the global generators.",
    mend="Draw made-up data from a generator of its own with a fixed seed, and sort the files "
    "of a folder.",
)
def deterministic(subject: Subject) -> Iterator[Seen]:
    split, first = next(iter(subject.once(_splits).items()))
    with rng.seeded(99):
        again = load_here(_made(subject), split)
    if not same(first.x, again.x):
        yield Seen("x differs from one time to the next", case=f"split {split!r}")
    elif first.y is not None and again.y is not None and not same(first.y, again.y):
        yield Seen("y differs from one time to the next", case=f"split {split!r}")
    elif first.checksum != again.checksum:
        yield Seen("the checksum differs from one time to the next", case=f"split {split!r}")


def _made(subject: Subject) -> Dataset:
    """The dataset at its defaults."""
    options = options_of(subject.target, "dataset").values()
    required = [option.name for option in options if option.default is REQUIRED]
    if required:
        raise Skipped(f"it needs a value for {required[0]!r}")
    dataset: Dataset = component("dataset", subject.part, subject.registry)
    return dataset


def _splits(subject: Subject) -> dict[str, Data]:
    """Every split that loads. Raises Moot where one does not: `loads` says so."""
    try:
        dataset = _made(subject)
        with rng.seeded(1):
            found = {split: load_here(dataset, split) for split in dataset.splits}
    except Skipped:
        raise
    except (Exception, SystemExit) as error:
        raise Moot("it does not load") from error
    if not found or not all(isinstance(data, Data) and len(data) for data in found.values()):
        raise Moot("it does not load")
    return found
