"""D's overfitting to few digits, and the quality of the fakes: the table of docs/augmentations.md.

    python benchmarks/little_data.py RUN...

For runs on the first digits of MNIST (``--set dataset.limit=100``). For each run it prints the
share of the training digits, and of equally many test digits, that D takes for real, and the
Fréchet distance of 5,000 fakes to the 10,000 test digits, by the classifier trained on all of
MNIST. (`ganzoo evaluate` limits the test digits and the classifier's training digits to the limit
of the run's data.)
"""

from __future__ import annotations

import sys

import torch

from ganzoo import Data, Splits, load
from ganzoo.data.files import data_dir
from ganzoo.data.mnist import Mnist
from ganzoo.evaluation.features import ClassifierFeatures
from ganzoo.types import scale
from ganzoo_metrics.fid import frechet, moments

FAKES = 5000


@torch.no_grad()
def main(runs: list[str]) -> None:
    digits = Splits(Mnist(), data_dir())
    features = ClassifierFeatures("mnist", digits)
    real = moments(features.vectors(digits["test"]))
    for run in runs:
        trained = load(run)
        x = trained.sample(FAKES)
        low, high = trained.spec.low, trained.spec.high
        x = ((x - low) / (high - low) * 255).round().clamp(0, 255).to(torch.uint8)
        distance = frechet(real, moments(features.vectors(Data(x))))
        count = trained.config["dataset"]["count"]
        d = trained.discriminator.train()  # batch statistics, as in the training
        taken_for_real = [
            (d(scale(digits[split].x[:count], trained.spec)) > 0).float().mean().item()
            for split in ("train", "test")
        ]
        train, test = taken_for_real
        print(f"{run}: D(training) {train:.1%}, D(test) {test:.1%}, fd {distance:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
