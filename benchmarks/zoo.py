"""Measures runs of the zoo's recipes, and writes the results into the docs.

    ganzoo train dcgan --out runs/dcgan
    ganzoo evaluate runs/dcgan --metric fd --metric precision-recall
    python benchmarks/zoo.py runs/dcgan

adds the run's line, with all numbers that `ganzoo evaluate` has kept in the run, to
docs/zoo/results.json, in place of the line of the same recipe, dataset and
seed, its logged scalars to docs/zoo/curves, and the last picture of a run with seed 0 to
docs/images/zoo. A run is refused if its recipe
differs from the registered recipe, except in the average of the weights: the line then has the
entry "changed".
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import ganzoo
from ganzoo.assembly.build import component
from ganzoo.assembly.overrides import adapted
from ganzoo.assembly.schedules import fixed
from ganzoo.assembly.variants import bound, bound_networks
from ganzoo.data.files import data_dir
from ganzoo.evaluation.classifier_cache import classifier_for
from ganzoo.recipe import Recipe, to_dict
from ganzoo.run.files import write_whole
from ganzoo.run.provenance import recipe_of

DOCS = Path(__file__).parents[1] / "docs"
RESULTS = DOCS / "zoo" / "results.json"
CURVES = DOCS / "zoo" / "curves"
POINTS = 100  # of a curve, at most
SCALARS = ("loss_d", "loss_g", "d_real", "d_fake", "score_real", "score_fake")  # of the curves
IMAGES = 10_000  # fakes
SHOWN = 10  # classes of a histogram, at most
POINTS_DRAWN = 2_500  # the number of PacGAN


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("runs", nargs="+", type=Path)
    for path in parser.parse_args().runs:
        line = measured(ganzoo.Run.open(path))
        write(line)
        write_curves(ganzoo.Run.open(path), line)
        print(json.dumps(line))


def measured(run: ganzoo.Run) -> dict[str, Any]:
    """The run's line: its recipe and data, its time, and its quality."""
    registry, config = ganzoo.Registry.discover(), run.config
    played = recipe_of(config)
    current = registry.recipe(played.name)
    if played.dataset.bare != current.dataset.bare:  # another dataset, with its defaults
        current = adapted(current, [("dataset", played.dataset.bare)])
    trained = ganzoo.load(run, registry=registry)
    recipe = plain(played, registry)
    current = plain(bound_networks(current, trained.game, registry), registry)
    averages = ("ema", "ema_ramp")  # they change the samples, not the training
    cadence = ("log_every", "sample_every", "checkpoint_every", "samples")  # nor do these
    other_data = ("tuned_for", "elsewhere", "tuned_size")  # nor these, on the recipe's own data
    allowed = ("summary", "paper", *other_data, *averages, *cadence)
    if any(recipe[key] != current[key] for key in current if key not in allowed):
        raise SystemExit(f"{run.path}: its recipe is not the registered recipe. Train it again.")
    data = played.dataset.bare
    dataset = component("dataset", ganzoo.Part(played.dataset.name), registry)
    results = run.results()
    quality: dict[str, Any] = {one.name: one.value for one in results}
    if not trained.game.translations() and trained.spec.image and trained.spec.classes:
        count = IMAGES
        quality |= of_images(trained.sample(count, seed=1), trained, data, dataset)
    elif results:
        count = results[0].protocol.fakes
    elif not trained.spec.image:
        count = POINTS_DRAWN
        real = dataset.load(data_dir(None), "train")
        metric = component("metric", ganzoo.Part("modes"), registry)
        quality = metric(real, ganzoo.Data(x=trained.sample(count, seed=1)))
    else:
        raise SystemExit(f"{run.path}: measure it by `ganzoo evaluate` first.")
    last = run.metrics()[-1]
    picture = sorted(run.samples.iterdir())[-1]
    name = f"{played.name}-{data}.png"
    if config["seed"] == 0:
        (DOCS / "images" / "zoo").mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, DOCS / "images" / "zoo" / name)
    return {
        "recipe": played.name,
        "dataset": data,
        "seed": config["seed"],
        "steps": last["step"],
        "seconds": round(last["seconds"]),
        "device": config["device"],
        "precision": config["precision"],
        "changed": {key: recipe[key] for key in averages if recipe[key] != current[key]},
        "torch": config["libraries"]["torch"],
        "picture": f"images/zoo/{name}" if config["seed"] == 0 else None,
        "fakes": count,
        "quality": {key: rounded(value) for key, value in quality.items()},
    }


def plain(recipe: Recipe, registry: ganzoo.Registry) -> dict[str, Any]:
    """The recipe as config.json has it: names bound to plugins, schedules fixed to steps."""
    tree: dict[str, Any] = json.loads(json.dumps(to_dict(fixed(bound(recipe, registry), registry))))
    return tree


def of_images(x: Tensor, trained: ganzoo.Trained, name: str, dataset: Any) -> dict[str, Any]:
    """The quality of fakes by a classifier of the dataset.

    confidence: mean probability of the predicted class. histogram: the classes' shares, each fake
    weighted by this probability; of at most ten classes. classes: effective number of classes,
    exp(entropy of the histogram). label_accuracy: for a conditional recipe, the share of fakes
    whose predicted class is the class that was asked for.
    """
    classifier = classifier_for(name, dataset, data_dir(None))
    unit = (x - trained.spec.low) / (trained.spec.high - trained.spec.low)
    with torch.inference_mode():
        p = torch.cat([classifier(piece).softmax(1) for piece in unit.split(500)]).double()
    confidence, predicted = p.max(1)
    histogram = torch.zeros(p.shape[1]).double().index_add_(0, predicted, confidence)
    histogram /= histogram.sum()
    quality: dict[str, Any] = {
        "confidence": confidence.mean().item(),
        "classes": torch.special.entr(histogram).sum().exp().item(),
        "classifier": {
            "test_accuracy": classifier.test_accuracy,
            "fingerprint": classifier.fingerprint,
        },
    }
    if len(histogram) <= SHOWN:
        quality["histogram"] = histogram.tolist()
    if trained.game.conditional:
        labels = torch.arange(len(x)) % p.shape[1]  # without given labels, the labels cycle
        quality["label_accuracy"] = (predicted == labels).double().mean().item()
    return quality


def rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [rounded(entry) for entry in value]
    return round(value, 4) if isinstance(value, float) else value


def write(line: dict[str, Any]) -> None:
    """Add the line to the results, in place of an older line of the same run."""

    def key(line: dict[str, Any]) -> tuple[Any, ...]:
        return line["dataset"], line["recipe"], line["seed"]

    lines = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    lines = [other for other in lines if key(other) != key(line)] + [line]
    text = ",\n".join(map(json.dumps, sorted(lines, key=key)))
    write_whole(RESULTS, f"[\n{text}\n]\n".encode())


def write_curves(run: ganzoo.Run, line: dict[str, Any]) -> None:
    """Write the scalars that the run logged, by their names, at evenly spaced moments."""
    logged = run.metrics()
    kept = logged[:: -(-len(logged) // POINTS)]
    names = ("step", *(name for name in SCALARS if name in kept[0]))
    curves = {name: [rounded(moment[name]) for moment in kept] for name in names}
    folder = CURVES / line["recipe"]
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{line['dataset']}-{line['seed']}.json"
    write_whole(folder / name, f"{json.dumps(curves)}\n".encode())


if __name__ == "__main__":
    main()
