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
from ganzoo.testing.looking import same
from ganzoo.testing.offline import load_here
from ganzoo.testing.subject import Subject
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
    "data",
    "dataset",
    asks="x is uint8 images (N, C, H, W) or finite float32 arrays (N, ...); y is int64 (N,) in "
    "0..classes - 1, or None where classes is 0; there is a name for each label, or none; cond has "
    "N rows by every name; all splits agree.",
    mend="Give images as they are, in 0..255 (ganzoo scales them on the device), other data in "
    "float32, and y, classes, labels and cond that fit one another.",
)
def data(subject: Subject) -> Iterator[Seen]:
    kinds = set()
    for split, found in subject.once(_splits).items():
        kinds.add((found.x.shape[1:], found.classes, found.labels, tuple(found.cond)))
        for fault in _faults(found):
            yield Seen(fault, case=f"split {split!r}")
    if len(kinds) > 1:
        yield Seen("its splits differ in the shape of x, in classes, labels or cond")


def _faults(found: Data) -> Iterator[str]:
    x, y, classes = found.x, found.y, found.classes
    if x.dtype not in (torch.uint8, torch.float32):
        yield f"x is {x.dtype}"
    elif x.dim() < 2 or (x.dtype == torch.uint8 and x.dim() != 4):
        yield f"x is {x.dtype} and has the shape {tuple(x.shape)}"
    elif x.is_floating_point() and not x.isfinite().all():
        yield "x is not finite"
    if (y is None) != (classes == 0):
        yield f"classes is {classes}, and y is {'missing' if y is None else 'there'}"
    elif y is not None and (y.dtype != torch.int64 or tuple(y.shape) != (len(found),)):
        yield f"y of {len(found)} samples is {y.dtype} {tuple(y.shape)}"
    elif y is not None and not 0 <= int(y.min()) <= int(y.max()) < classes:
        yield f"y goes from {y.min()} to {y.max()}, with {classes} classes"
    if found.labels and len(found.labels) != classes:
        yield f"{len(found.labels)} labels name {classes} classes"
    for name, values in found.cond.items():
        if len(values) != len(found):
            yield f"cond {name!r} of {len(found)} samples has {len(values)} rows"


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
