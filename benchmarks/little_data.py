"""D's overfitting to few digits, and the quality of the fakes: the table of docs/augmentations.md.

    python benchmarks/little_data.py RUN...

For runs on the first digits of MNIST (``--set dataset.limit=100``). For each run it prints the
share of the training digits, and of equally many test digits, that D takes for real, and the
Fréchet distance of 5,000 fakes to the 10,000 test digits, by the classifier trained on all of
MNIST.
"""

from __future__ import annotations

import sys

import torch

from ganzoo import Run, evaluate, load
from ganzoo.evaluation.evaluate import data_of
from ganzoo.registry import Registry
from ganzoo.types import scale

FAKES = 5000


def main(runs: list[str]) -> None:
    for run in runs:
        (fd,) = evaluate(run, ["fd"], samples=FAKES, repeats=1)
        train, test = shares(run)
        print(f"{run}: D(training) {train:.1%}, D(test) {test:.1%}, fd {fd.value:.2f}")


@torch.no_grad()
def shares(run: str) -> list[float]:
    """The shares of the training digits, and of as many test digits, that D takes for real."""
    trained, digits = load(run), data_of(Run.open(run), Registry.discover(), None)
    count = len(digits["train"])
    d = trained.discriminator.train()  # batch statistics, as it was trained with
    return [
        (d(scale(digits[split].x[:count], trained.spec)) > 0).float().mean().item()
        for split in ("train", "test")
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
