"""Few images: D's overfitting, the quality of the fakes, and the leaks of an augmentation: the
tables of docs/augmentations.md.

    python benchmarks/little_data.py GROUP/RUN... [--write docs/few-images.json]

For runs on the first digits of MNIST (``--set dataset.limit=1000``) that ``ganzoo evaluate --metric
fd --metric precision-recall --metric nearest`` has measured. The runs of one group differ in their
seed. For each group it prints the mean over the seeds, and its standard error, of

- the share of the training digits, and of equally many test digits, that D takes for real;
- the metrics;
- of each fake the place of the centre of its ink: the standard deviation over the fakes, in pixels.
  An augmentation that leaks shifts the fakes, so that it is greater than that of the test digits;
- the share of the fakes with less ink than all but 1 % of the test digits, as a cut digit has.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean, stdev

import torch
from torch import Tensor

from ganzoo import Run, load
from ganzoo.evaluation.evaluate import data_of
from ganzoo.evaluation.results import read
from ganzoo.machine import machine
from ganzoo.registry import Registry
from ganzoo.types import scale

FAKES = 10_000
FEW = 0.01  # share of the test digits that count as digits with little ink


@torch.no_grad()
def measured(run: Run) -> dict[str, float]:
    trained, digits = load(run), data_of(run, Registry.discover(), None)
    count = len(digits["train"])
    d = trained.discriminator.train()  # batch statistics, as it was trained with
    found = {
        f"{split} digits taken for real": (d(scale(digits[split].x[:count], trained.spec)) > 0)
        .float()
        .mean()
        .item()
        for split in ("train", "test")
    }
    found.update({result.name: result.value for result in read(run)})
    fakes, reals = trained.sample(FAKES, seed=0), digits["test"].x
    low, high = trained.spec.low, trained.spec.high
    for name, images in {
        "fakes": (fakes - low) / (high - low),
        "test digits": reals.float() / 255,
    }.items():
        found[f"centre of the {name}"] = shift(images)
        found[f"{name} with little ink"] = (ink(images) < least(reals)).float().mean().item()
    return found


def ink(images: Tensor) -> Tensor:
    """(N,): the sum of an image's pixels in [0, 1]."""
    return images.flatten(1).sum(1)


def least(reals: Tensor) -> Tensor:
    return ink(reals.float() / 255).quantile(FEW)


def shift(images: Tensor) -> float:
    """The standard deviation of the centre of the ink, in pixels, over images and both axes."""
    weights = images.mean(1)  # (N, H, W)
    total = weights.sum((1, 2)).clamp_min(1e-6)
    rows = (weights.sum(2) * torch.arange(weights.shape[1])).sum(1) / total
    columns = (weights.sum(1) * torch.arange(weights.shape[2])).sum(1) / total
    return torch.stack([rows, columns]).std(1).square().mean().sqrt().item()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", nargs="+", type=Path)
    parser.add_argument("--write", type=Path)
    asked = parser.parse_args()
    groups: dict[str, list[dict[str, float]]] = {}
    for path in asked.runs:
        groups.setdefault(path.parent.name, []).append(measured(Run.open(path)))
    table = {
        group: {
            name: [mean(values), stdev(values) / len(values) ** 0.5 if len(values) > 1 else None]
            for name in runs[0]
            for values in [[run[name] for run in runs]]
        }
        for group, runs in groups.items()
    }
    for group, row in table.items():
        print(group, f"({len(groups[group])} seeds)")
        for name, (middle, error) in row.items():
            print(f"  {name:40} {middle:.4g}" + (f" ± {error:.2g}" if error is not None else ""))
    if asked.write:
        asked.write.write_text(
            json.dumps({"machine": machine("cpu"), "groups": table}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
