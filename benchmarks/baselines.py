"""The metrics of tables and of series for samples of which the quality is known: other real
samples, real samples whose columns are shuffled, and noise.

    python benchmarks/baselines.py

It takes about a minute, and prints the mean, the least and the greatest value of ten draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from ganzoo import Data, Metric, Part, Registry
from ganzoo.assembly.build import component

DRAWS = 10
METRICS = {
    "people": ("table-columns", "table-pairs", "table-classifier"),
    "tones": ("tones",),
    "sines": ("tones",),
}
REGISTRY = Registry.discover()


def data_of(name: str, seed: int, split: str) -> Data:
    """A split of a dataset that is drawn from the seed."""
    dataset = component("dataset", Part(name, {"seed": seed}), REGISTRY)
    data: Data = dataset.load(Path(), split)
    return data


def shuffled(x: Tensor) -> Tensor:
    """The rows with each column in an order of its own."""
    return torch.stack([column[torch.randperm(len(column))] for column in x.unbind(1)], 1)


def noise(x: Tensor) -> Tensor:
    return torch.randn_like(x)


CHANGES: dict[str, dict[str, Callable[[Tensor], Tensor]]] = {
    "people": {"other real rows": Tensor.clone, "shuffled columns": shuffled},
    "tones": {"other real samples": Tensor.clone, "noise": noise},
    "sines": {"other real samples": Tensor.clone, "noise": noise},
}


def main() -> None:
    for name, metrics in METRICS.items():
        splits = {split: data_of(name, 0, split) for split in ("train", "test")}
        for metric_name in metrics:
            metric: Metric = component("metric", Part(metric_name), REGISTRY, data=splits)
            count = metric.num_fakes or 10_000
            for about, change in CHANGES[name].items():
                torch.manual_seed(0)
                draws = []
                for seed in range(1, DRAWS + 1):
                    other = data_of(name, seed, "test").first(count)
                    draws.append(metric(splits["test"], replace(other, x=change(other.x))))
                for key in draws[0]:
                    values = torch.tensor([each[key] for each in draws])
                    print(
                        f"{name}, {about}: {metric_name} {key} {values.mean():.4f} "
                        f"({values.min():.4f} to {values.max():.4f})",
                        flush=True,
                    )


if __name__ == "__main__":
    main()
