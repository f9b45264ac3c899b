"""Rules for features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import torch

from ganzoo import rng
from ganzoo.assembly.signature import check_options, handed
from ganzoo.data.splits import Splits
from ganzoo.errors import DataUnavailable, UsageError
from ganzoo.interfaces import Features
from ganzoo.testing.dummies import CASES, StandInData, tiny
from ganzoo.testing.findings import Fault, Skipped, rule
from ganzoo.testing.offline import no_network
from ganzoo.testing.subject import Subject
from ganzoo.types import Data, Spec


@rule(
    "vectors",
    "features",
    asks="vectors() gives float32 (n, dim) on the CPU in pieces, a row for each sample in order; a "
    "sample's row does not depend on the other samples. Data that does not fit is refused with "
    "ganzoo.UsageError.",
    mend="Yield tensors with .float().cpu() and dim columns, in the order of the samples; compute "
    "each row from its own sample, in evaluation mode.",
)
def vectors(subject: Subject) -> Iterator[Fault]:
    refusals = []
    for case, spec in CASES.items():
        try:
            features, data = _made(subject, spec)
            fault = _fault(features, data)
        except UsageError as error:
            refusals.append(str(error))
            continue
        if fault:
            yield Fault(fault, case=case)
    if len(refusals) == len(CASES):
        raise Skipped(f"they refuse all data of this suite ({refusals[0].rstrip('.')})")


def _fault(features: Features, data: Data) -> str:
    """The fault of the vectors for some data, or an empty string."""
    with no_network() as addresses:
        try:
            whole = torch.cat([*features.vectors(data)])
            half = torch.cat([*features.vectors(data.after(len(data) // 2))])
        except UsageError:
            raise
        except Exception:
            if addresses:
                raise Skipped("they use the network, and checks use none") from None
            raise
    if whole.shape != (len(data), features.dim) or whole.dtype != torch.float32:
        return f"the vectors are {whole.dtype} {tuple(whole.shape)}"
    if not bool(whole.isfinite().all()):
        return "a vector is not finite"
    if not torch.allclose(whole[len(data) // 2 :], half, rtol=1e-3, atol=1e-4):
        return "the vector of a sample depends on the other samples"
    return ""


def _made(subject: Subject, spec: Spec) -> tuple[Features, Data]:
    """The features with their default options for a small dataset, and some of its samples."""
    dataset = StandInData(spec.shape, spec.classes, spec.bounded)
    data = tiny(spec, 32)
    inputs = {
        "dataset": "stand-in",
        "data": Splits(dataset, Path()),
        "train": data,
        "device": "cpu",
        "told": lambda *_: None,
    }
    constructor = subject.target
    options = check_options(constructor, "features", subject.entry.name, {})
    with rng.seeded(1), no_network():
        try:
            features: Features = constructor(**handed(constructor, "features", inputs), **options)
            features.check(data)
        except DataUnavailable as error:
            raise Skipped(f"they need data that is not on this machine: {error}") from None
    return features, data
