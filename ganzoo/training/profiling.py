"""A profile of some steps of a training: a trace, the most expensive operations, and the part of
the time outside matrix products and convolutions."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganzoo.engine.engine import Engine
from ganzoo.run.files import PART, write_whole

WAIT, STEPS = 10, 20  # the number of steps before the profile, and the number of profiled steps
MOST = 10  # operations in the summary
TRACE, SUMMARY = "trace.json", "summary.json"
_PRODUCTS = {"aten::mm", "aten::addmm", "aten::bmm", "aten::baddbmm", "aten::mv", "aten::addmv"}


@dataclass(frozen=True)
class Operation:
    """An operation in the profiled steps, without the operations that it calls. seconds: its time
    in all calls. share: its part of the time of the profiled steps, from 0 to 1. With several
    threads the sum of the shares may be greater than 1."""

    name: str
    calls: int
    seconds: float
    share: float


@dataclass(frozen=True)
class Profile:
    """The most expensive operations of the profiled steps, in decreasing order of their time.
    steps, seconds: the number of the profiled steps, and their time. outside: the part of the time
    outside matrix products and convolutions, from 0 to 1."""

    steps: int
    seconds: float
    outside: float
    operations: tuple[Operation, ...]

    @staticmethod
    def read(folder: Path) -> Profile:
        """The profile in the folder ``profile`` of a run."""
        plain = json.loads((folder / SUMMARY).read_text())
        operations = tuple(Operation(**each) for each in plain.pop("operations"))
        return Profile(**plain, operations=operations)


class Profiler:
    """Takes the steps of an engine, and profiles the 11th to the 30th of them. It writes two files
    into the folder: trace.json, which https://ui.perfetto.dev and chrome://tracing show, and
    summary.json."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine, self._folder, self._taken = engine, folder, 0
        self._profile: Any = None
        self._started = 0.0

    def advance(self) -> list[dict[str, Tensor]]:
        """Take one step, as ``Engine.advance`` does."""
        if self._taken == WAIT:
            self._profile = torch.profiler.profile(
                activities=self._activities(),
                acc_events=True,  # of one cycle, without a warning
            )
            self._profile.start()
            self._started = time.perf_counter()
        reports = self._engine.advance()
        self._taken += 1
        if self._taken == WAIT + STEPS:
            if self._device.type != "cpu":
                torch.accelerator.synchronize()
            seconds = time.perf_counter() - self._started
            self._profile.stop()
            self._write(seconds)
            self._profile = None
        return reports

    @property
    def _device(self) -> torch.device:
        return self._engine.batches.device

    def _activities(self) -> list[Any]:
        known = torch.profiler.ProfilerActivity
        return [known.CPU, *([known.CUDA] if self._device.type == "cuda" else [])]

    def _write(self, seconds: float) -> None:
        self._folder.mkdir(exist_ok=True)
        unfinished = self._folder / f".{TRACE}{PART}"  # a file of hundreds of megabytes takes time
        self._profile.export_chrome_trace(str(unfinished))
        unfinished.replace(self._folder / TRACE)
        where = "device" if self._device.type == "cuda" else "cpu"
        times = [
            (event.key, event.count, getattr(event, f"self_{where}_time_total") / 1e6)
            for event in self._profile.key_averages()
        ]
        times.sort(key=lambda one: -one[2])
        arithmetic = sum(spent for name, _, spent in times if _is_arithmetic(name))
        profile = Profile(
            STEPS,
            seconds,
            max(0.0, 1 - arithmetic / seconds),
            tuple(
                Operation(name, calls, spent, spent / seconds)
                for name, calls, spent in times[:MOST]
            ),
        )
        write_whole(self._folder / SUMMARY, (json.dumps(asdict(profile), indent=1) + "\n").encode())


def _is_arithmetic(name: str) -> bool:
    """Whether the operation ``name`` is a matrix product or a convolution."""
    return name in _PRODUCTS or "conv" in name or "gemm" in name
