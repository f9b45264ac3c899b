"""A made-up result of an evaluation, for tests that need none measured."""

from __future__ import annotations

from typing import Any

from ganzoo import Result
from ganzoo.evaluation.results import Protocol

PROTOCOL = Protocol(
    metric="fd",
    plugin="metrics",
    version="1",
    options={},
    dataset="toy",
    dataset_options={},
    checksums={"train": "toy"},
    split="train",
    reals=40,
    fakes=40,
    features="",
    fingerprint="",
    repeats=3,
    seed=0,
    step=2,
    ema=0.9,
    versions={},
)


def result_of(
    name: str = "fd",
    value: float = 1.0,
    stderr: float | None = 0.1,
    lower_is_better: bool = True,
    **protocol: Any,
) -> Result:
    changed = Protocol(**{**vars(PROTOCOL), "metric": name, **protocol})
    return Result(name, value, stderr, lower_is_better, changed)
