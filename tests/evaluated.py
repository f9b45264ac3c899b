"""The folders of made-up runs with made-up results, for tests that need none trained."""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ganzoo import Run
from ganzoo.evaluation import results
from ganzoo.evaluation.results import Protocol, Result

Make = Callable[..., Path]

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)
CONFIG: dict[str, Any] = {
    "recipe": {
        "name": "small",
        "summary": "",
        "paper": "",
        "generator": {"name": "mlp", "hidden": [8]},
        "loss": {"name": "mine:minimax"},
        "prior": {"name": "normal"},
        "penalties": [],
        "dataset": {"name": "toy"},
        "optimizer": {"d": {"name": "adam", "lr": 0.1}},
        "steps": 20,
    },
    "seed": 0,
    "device": "cpu",
    "precision": "fp32",
    "dataset": {"name": "toy", "checksum": "abc"},
    "plugins": {"mine": {"version": "1", "sha256": "f" * 64}},
}
PROTOCOL = Protocol(
    metric="fid",
    plugin="metrics",
    version="1",
    options={"k": 3},
    dataset="toy",
    dataset_options={},
    checksums={"test": "abc"},
    split="test",
    reals=100,
    fakes=50,
    features="pixels",
    fingerprint="0" * 8,
    repeats=3,
    seed=0,
    step=20,
    ema=None,
    versions={},
)


def result(
    value: float,
    name: str = "fid",
    lower: bool | None = True,
    stderr: float | None = 0.5,
    **changes: Any,
) -> Result:
    protocol = Protocol(**{**vars(PROTOCOL), **changes})
    return Result(name, value, stderr, lower, protocol)


def make_run(path: Path, *found: Result, set: dict[str, Any] | None = None, seed: int = 0) -> Path:
    """A run's folder, with as much in it as a comparison reads. ``set``: by dotted path."""
    config = {**copy.deepcopy(CONFIG), "seed": seed}
    for dotted, value in (set or {}).items():
        *heads, last = dotted.split(".")
        node = config
        for head in heads:
            node = node[head]
        node[last] = value
    run = Run.create(path, config)
    lines = [{"step": s, "loss_d": (1 + seed) / s, "seconds": 2.0 * s} for s in (10, 20)]
    run.metrics_file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    (run.samples / "step-000020.png").write_bytes(PIXEL)
    if found:
        results.keep(run, found)
    return run.path


def make_sweep(folder: Path, seeds: int = 3) -> list[Path]:
    """The runs of a sweep of two losses and two priors, with the results of a usual evaluation, and
    of a second one with fewer fakes."""
    runs = []
    for loss in ("minimax", "non-saturating"):
        for prior in ("normal", "uniform"):
            for seed in range(seeds):
                worse = 3.0 * (loss == "minimax") + (prior == "uniform") + 0.1 * seed
                numbers = {
                    "precision": (0.75 + seed / 100, False),
                    "recall": (0.71 - worse / 50, False),
                    "fd": (2.5 + worse, True),
                    "kid": (0.002 + worse / 1000, True),
                    "kid_std": (0.001, None),
                    "missing_classes": (0.0, True),
                    "nearest": (1.01 + seed / 100, None),
                }
                usual = [
                    result(value, name, lower, 0.0 if value == 0 else value / 50, metric=name)
                    for name, (value, lower) in numbers.items()
                ]
                fewer = result(9.0 + worse, "fd", True, 0.4, metric="fd", fakes=20)
                changes = {"recipe.loss.name": f"mine:{loss}", "recipe.prior.name": prior}
                path = folder / f"loss={loss},prior={prior},seed={seed}"
                runs.append(make_run(path, *usual, fewer, set=changes, seed=seed))
    return runs
