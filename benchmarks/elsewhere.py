"""Compares settings on colour images: a recipe's own settings, chosen on digits, or its paper's.

The data are crops of the two photographs that come with scikit-learn. It prints, for each --set,
the generator's loss during the training, and the Fréchet distance between 2,000 samples and the
crops, all averaged to 8 x 8 pixels, so that only colours and large shapes count. Run

    python benchmarks/elsewhere.py dcgan --size 32 --steps 400 --set low=0 --set low=-1

with one training for each ``--set``. A semicolon joins several settings of one training.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

import ganzoo
from ganzoo.assembly.settings import parse_setting

CROPS = 2000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--set", action="append", default=[], dest="sets", metavar="K=V;K=V")
    options = parser.parse_args()
    register(options.size)
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for number, settings in enumerate(options.sets):
            changes = dict(parse_setting(setting) for setting in settings.split(";") if setting)
            changes |= {"log_every": max(options.steps // 8, 1), "samples": 64}
            run = ganzoo.train(
                options.recipe,
                dataset="photo-crops",
                set=changes,
                steps=options.steps,
                out=Path(folder) / str(number),
                device="cpu",
            )
            losses = [round(line["loss_g"], 2) for line in run.metrics()]
            distance = frechet(ganzoo.load(run).sample(2000), run)
            print(json.dumps({"set": settings, "loss_g": losses, "distance": round(distance, 3)}))


def register(size: int) -> None:
    """Register the crops as the dataset photo-crops."""
    from sklearn.datasets import load_sample_images

    class PhotoCrops(ganzoo.Dataset):
        def load(self, root: Path, split: str) -> ganzoo.Data:
            dice = np.random.default_rng(0)
            images = load_sample_images().images
            crops = []
            for _ in range(CROPS):
                image = images[dice.integers(len(images))]
                side = int(dice.integers(size, 4 * size))
                top, left = (int(dice.integers(n - side)) for n in image.shape[:2])
                crop = torch.tensor(image[top : top + side, left : left + side]).permute(2, 0, 1)
                crops.append(adaptive_avg_pool2d(crop.float(), size).round().byte())
            return ganzoo.Data(torch.stack(crops), source="scikit-learn", checksum=f"crops {size}")

    ganzoo.register("dataset", "photo-crops")(PhotoCrops)


def frechet(fakes: Tensor, run: ganzoo.Run) -> float:
    registry = ganzoo.Registry.discover()
    data: ganzoo.Data = registry.get("dataset", "photo-crops").load()().load(Path(), "train")
    low, high = run.config["recipe"]["low"], run.config["recipe"]["high"]
    return distance(vectors((fakes - low) / (high - low)), vectors(data.x.float() / 255))


def vectors(images: Tensor) -> Tensor:
    return adaptive_avg_pool2d(images, 8).flatten(1).double()


def distance(a: Tensor, b: Tensor) -> float:
    """The Fréchet distance of two Gaussians fitted to vectors (arXiv:1706.08500, equation 6)."""
    mean = (a.mean(0) - b.mean(0)).square().sum()
    first, second = a.T.cov(), b.T.cov()
    root = torch.linalg.eigvals(first @ second).sqrt().real.sum()
    return float(mean + first.trace() + second.trace() - 2 * root)


if __name__ == "__main__":
    main()
