"""The gate of a refactoring: two commits, the same seed, equal weights.

For every registered recipe, on made-up data of its dataset's shape, with seed 0 and one thread: the
SHA-256 of all weights after 40 steps, and after 20 steps, a resume, and 20 more. Run it with

    python benchmarks/gate.py --out before.json
    python benchmarks/gate.py --against before.json

on the same machine and the same torch: other kernels round differently. The second command names
every recipe whose weights differ, and then exits with 1. ``benchmarks/gate.json`` is the table of
the last commit that changed a recipe on purpose.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import warnings
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from ganzoo import hookimpl

STEPS = 40
CLASSES = 10
LARGE = {"fastgan", "r3gan-64", "stylegan2-ada"}  # hours on a CPU: measured only by name
# Other datasets need no files, except the pairs of domains, which are made of MNIST (GANZOO_DATA).
IMAGES = {"mnist": (1, 28, 28), "stacked-mnist": (3, 28, 28)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipes", nargs="*", help="by default all but the largest ones")
    parser.add_argument("--out", type=Path, help="write the table to this file")
    parser.add_argument("--against", type=Path, help="compare with the table in this file")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    table = measure(options.recipes, options.jobs)
    text = json.dumps(table, indent=1) + "\n"
    if options.out:
        options.out.write_text(text)
    else:
        print(text, end="")
    if options.against:
        sys.exit(report(json.loads(options.against.read_text()), table))


def measure(names: list[str], jobs: int) -> dict[str, Any]:
    import torch

    from ganzoo import Registry

    registry = Registry.discover()
    every = [entry for entry in registry.entries("recipe") if entry.name not in LARGE]
    entries = [registry.get("recipe", name) for name in names] or every
    names = [entry.qualified for entry in entries]  # as in the table
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        weights = dict(zip(names, map(list, pool.map(weights_of, names)), strict=True))
    about = {
        "commit": subprocess.run(
            ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
        ).stdout.strip(),
        "torch": torch.__version__,
        "cpu": torch.backends.cpu.get_cpu_capability(),
        "python": platform.python_version(),
    }
    return {**about, "weights": weights}


def report(before: dict[str, Any], after: dict[str, Any]) -> int:
    """Print the differences on standard error. Returns 1 if weights differ, else 0."""
    for key in ("torch", "cpu"):
        if before[key] != after[key]:
            print(f"{key} was {before[key]} and is {after[key]}", file=sys.stderr)
    unequal = [
        name
        for name, digests in after["weights"].items()
        if name in before["weights"] and before["weights"][name] != digests
    ]
    for name in unequal:
        print(f"{name}: other weights than in {before['commit']}", file=sys.stderr)
    inexact = [name for name, (whole, resumed) in after["weights"].items() if whole != resumed]
    for name in inexact:
        print(f"{name}: resumed, it has other weights", file=sys.stderr)
    compared = before["weights"].keys() & after["weights"].keys()
    print(
        f"{len(after['weights'])} recipes measured, {len(compared)} of them in the table: "
        f"{len(unequal)} differ, {len(inexact)} resume inexactly",
        file=sys.stderr,
    )
    return 1 if unequal or inexact else 0


def weights_of(name: str) -> tuple[str, str]:
    """The digests of a recipe's weights after STEPS steps, in one go and resumed in the middle."""
    import torch

    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        whole, halves = Path(folder) / "whole", Path(folder) / "halves"
        play(name, whole, STEPS)
        play(name, halves, STEPS // 2)
        go_on(halves, STEPS)
        return digest(whole), digest(halves)


def play(name: str, out: Path, steps: int) -> None:
    """Train the first ``steps`` steps of the recipe. Its length, and so its schedules, are kept."""
    import ganzoo
    from ganzoo import Registry

    # The random images replace the data that the recipe was tuned for.
    recipe = Registry.discover().recipe(name).replace(tuned_for=(), elsewhere={})
    settings: dict[str, Any] = {"checkpoint_every": STEPS // 2, "sample_every": 10**6}
    shape = IMAGES.get(recipe.dataset.name)
    dataset = declare(shape) if shape else None
    try:
        ganzoo.train(
            recipe,
            dataset=dataset,
            set=settings,
            device="cpu",
            memory_format="contiguous",  # not the fastest one, which another machine may not choose
            out=out,
            observers=[StopAt(steps)],
        )
    except Stopped:
        return


def go_on(run: Path, steps: int) -> None:
    import ganzoo

    try:
        ganzoo.resume(run, observers=[StopAt(steps)])
    except Stopped:
        return


def declare(shape: tuple[int, ...]) -> str:
    """Register a dataset of random images of ``shape``, and return its name."""
    import torch

    from ganzoo import Data, Dataset, register

    class MadeUp(Dataset):
        def load(self, root: Path, split: str) -> Data:
            generator = torch.Generator().manual_seed(0)
            x = torch.randint(0, 256, (500, *shape), generator=generator, dtype=torch.uint8)
            y = torch.arange(len(x)) % CLASSES
            return Data(x, y, CLASSES, source="made up", checksum=f"made up, {shape}")

    name = "made-up-" + "x".join(map(str, shape))
    register("dataset", name)(MadeUp)
    return name


class Stopped(Exception):
    """The training has reached the step at which it stops."""


class StopAt:
    """An observer that ends a run after the checkpoint of ``step``."""

    def __init__(self, step: int) -> None:
        self.step = step

    @hookimpl
    def ganzoo_checkpointed(self, step: int) -> None:
        if step == self.step:
            raise Stopped


def digest(run: Path) -> str:
    """SHA-256 of the networks' weights, and of their averages, in the newest checkpoint. It does
    not depend on the names of the tensors, so that a tensor may be renamed."""
    from safetensors.torch import load_file

    newest = max((run / "checkpoints").glob("step-*.safetensors"))
    state = load_file(newest)
    private = ("optimizer", "data.", "rng.")
    sums = sorted(
        hashlib.sha256(tensor.numpy().tobytes()).hexdigest()
        for name, tensor in state.items()
        if not name.startswith(private)
    )
    return hashlib.sha256("".join(sums).encode()).hexdigest()


if __name__ == "__main__":
    main()
