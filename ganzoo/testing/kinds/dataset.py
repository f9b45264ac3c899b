"""Rules for a dataset that is on this machine; nothing is downloaded."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from ganzoo import rng
from ganzoo.assembly.build import component
from ganzoo.assembly.signature import REQUIRED, options_of
from ganzoo.errors import UsageError
from ganzoo.interfaces import Dataset
from ganzoo.testing.findings import Fault, Moot, Skipped, rule
from ganzoo.testing.inspection import same
from ganzoo.testing.offline import load_here
from ganzoo.testing.subject import Subject
from ganzoo.types import Data


@rule(
    "loads",
    "dataset",
    asks="It loads every split that it names, and raises UsageError for any other name.",
    mend="Name the splits in `splits`, the training split first; raise ganzoo.UsageError for "
    "other names, and ganzoo.DataUnavailable for data that is not available.",
)
def loads(subject: Subject) -> Iterator[Fault]:
    dataset = _made(subject)
    if not dataset.splits:
        yield Fault("it names no split")
        return
    for split in dataset.splits:
        data = load_here(dataset, split)
        if not isinstance(data, Data):
            yield Fault(f"it is a {type(data).__name__}, not ganzoo.Data", case=f"split {split!r}")
        elif not len(data):
            yield Fault("it is empty", case=f"split {split!r}")
    try:
        load_here(dataset, "no-such-split")
    except UsageError:
        return
    yield Fault("it is loaded, although it is not in `splits`", case="split 'no-such-split'")


@rule(
    "data",
    "dataset",
    asks="x is uint8 or uint16 images (N, C, H, W) or finite float32 arrays (N, ...); y is int64 "
    "(N,) in 0..classes - 1, or None if classes is 0; there is a name for each label, or none; "
    "each tensor of cond has N rows; all splits agree.",
    mend="Give images unscaled, in 0..255 or 0..65535 (ganzoo scales them on the device), other "
    "data in float32, and y, classes, labels and cond that fit one another.",
)
def data(subject: Subject) -> Iterator[Fault]:
    kinds = set()
    for split, loaded in subject.once(_splits).items():
        kinds.add((loaded.x.shape[1:], loaded.classes, loaded.labels, tuple(loaded.cond)))
        for fault in _faults(loaded):
            yield Fault(fault, case=f"split {split!r}")
    if len(kinds) > 1:
        yield Fault("its splits differ in the shape of x, in classes, labels or cond")


def _faults(data: Data) -> Iterator[str]:
    x, y, classes = data.x, data.y, data.classes
    if x.dtype not in (torch.uint8, torch.uint16, torch.float32):
        yield f"x is {x.dtype}"
    elif x.dim() < 2 or (data.discrete and x.dim() != 4):
        yield f"x is {x.dtype} and has the shape {tuple(x.shape)}"
    elif x.is_floating_point() and not x.isfinite().all():
        yield "x is not finite"
    if (y is None) != (classes == 0):
        yield f"classes is {classes}, and y is {'None' if y is None else 'not None'}"
    elif y is not None and (y.dtype != torch.int64 or tuple(y.shape) != (len(data),)):
        yield f"y of {len(data)} samples is {y.dtype} {tuple(y.shape)}"
    elif y is not None and not 0 <= int(y.min()) <= int(y.max()) < classes:
        yield f"y goes from {y.min()} to {y.max()}, with {classes} classes"
    if data.labels and len(data.labels) != classes:
        yield f"{len(data.labels)} labels name {classes} classes"
    for name, values in data.cond.items():
        if len(values) != len(data):
            yield f"cond {name!r} of {len(data)} samples has {len(values)} rows"


@rule(
    "deterministic",
    "dataset",
    asks="It loads the same data each time, for any state of the global random number generators.",
    mend="Draw made-up data from a generator of its own with a fixed seed, and sort the files "
    "of a folder.",
)
def deterministic(subject: Subject) -> Iterator[Fault]:
    split, first = next(iter(subject.once(_splits).items()))
    with rng.seeded(99):
        again = load_here(_made(subject), split)
    if not same(first.x, again.x):
        yield Fault("x differs when it is loaded again", case=f"split {split!r}")
    elif first.y is not None and again.y is not None and not same(first.y, again.y):
        yield Fault("y differs when it is loaded again", case=f"split {split!r}")
    elif first.checksum != again.checksum:
        yield Fault("the checksum differs when it is loaded again", case=f"split {split!r}")


def _made(subject: Subject) -> Dataset:
    """The dataset with its default options."""
    options = options_of(subject.target, "dataset").values()
    required = [option.name for option in options if option.default is REQUIRED]
    if required:
        raise Skipped(f"it needs a value for {required[0]!r}")
    dataset: Dataset = component("dataset", subject.part, subject.registry)
    return dataset


def _splits(subject: Subject) -> dict[str, Data]:
    """Every split, loaded. Raises Moot if one does not load: the rule `loads` reports it."""
    try:
        dataset = _made(subject)
        with rng.seeded(1):
            splits = {split: load_here(dataset, split) for split in dataset.splits}
    except Skipped:
        raise
    except (Exception, SystemExit) as error:
        raise Moot("it does not load") from error
    if not splits or not all(isinstance(data, Data) and len(data) for data in splits.values()):
        raise Moot("it does not load")
    return splits
