"""The measured figures of a recipe, with their protocols."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from ganzoo.recipe import Recipe
from gen import files
from gen.tables import head, minutes

# The numbers of the quality of images and of mixtures: the head of each column, and its format.
NUMBERS = {
    "fd": ("fd ↓", ".2f"),
    "precision": ("precision ↑", ".2f"),
    "recall": ("recall ↑", ".2f"),
    "confidence": ("confidence ↑", ".3f"),
    "classes": ("classes ↑", ".2f"),
    "label_accuracy": ("labels ↑", ".1%"),
    "code_accuracy": ("codes ↑", ".1%"),
    "reconstruction_accuracy": ("reconstructions ↑", ".1%"),
    "column_distance": ("columns ↓", ".3f"),
    "pair_distance": ("pairs of columns ↓", ".3f"),
    "accuracy_by_fakes": ("classifier of fakes ↑", ".1%"),
    "accuracy_by_reals": ("classifier of reals", ".1%"),
    "translation_l1": ("pixel error ↓", ".3f"),
    "translation_psnr": ("PSNR, dB ↑", ".1f"),
    "class_kept": ("class kept ↑", ".1%"),
    "residual": ("residual ↓", ".3f"),
    "fitting": ("fitting ↑", ".1%"),
    "pitch_distance": ("distance of pitches ↓", ".3f"),
    "stacked_modes": ("modes of 1000 ↑", ".0f"),
    "stacked_kl": ("KL ↓", ".3f"),
}
OF_TRANSLATIONS = {"translation_l1", "class_kept"}
MIXTURES = {"modes": ("modes ↑", ".0f"), "high_quality": ("high quality ↑", ".1%")}


def runs(recipe: str) -> list[dict[str, Any]]:
    """The measured runs of a recipe."""
    return [line for line in files.results() if line["recipe"] == recipe]


def own_runs(recipe: Recipe) -> list[dict[str, Any]]:
    """The measured runs of a recipe on its own dataset."""
    return [line for line in runs(recipe.name) if line["dataset"] == recipe.dataset.bare]


def picture(recipe: Recipe, base: str, attributes: str) -> str:
    """The last grid of samples of the recipe's first run, as an image; nothing without one. base:
    the way from the page to the folder of the docs."""
    shown = next((line for line in own_runs(recipe) if line["picture"]), None)
    if not shown:
        return ""
    alt = f"samples of {recipe.name} on {shown['dataset']} after {shown['steps']:,} steps"
    images = {"confidence", *OF_TRANSLATIONS} & shown["quality"].keys()
    form = ".zoo-pixels" if images else ".zoo-plot"
    return f"![{alt}]({base}{shown['picture']}){{ {form} {attributes} }}"


def figures(recipe: Recipe) -> Iterator[str]:
    """A table for each dataset that runs of the recipe were measured on, its own one first."""
    found = sorted(runs(recipe.name), key=lambda line: line["dataset"] != recipe.dataset.bare)
    if not found and any(line["recipe"] == recipe.name for line in files.modes()):
        yield "The trainings of this recipe are in the table of [mode collapse](../modes.md).\n"
    elif not found:
        yield "No training of this recipe has been measured yet.\n"
    for dataset, group in groupby(found, lambda line: line["dataset"]):
        yield from _table(recipe, dataset, list(group))


def _table(recipe: Recipe, dataset: str, lines: Sequence[dict[str, Any]]) -> Iterator[str]:
    mixture = "modes" in lines[0]["quality"]
    possible = MIXTURES if mixture else NUMBERS
    columns = {
        key: about
        for key, about in possible.items()
        if any(key in line["quality"] for line in lines)
    }
    names = (title for title, _ in columns.values())
    yield '<div class="zoo-figures" markdown="1">\n'
    yield head("dataset", "seed", "steps", "time", "device", *names)
    for line in lines:
        numbers = (
            format(line["quality"][key], form) if key in line["quality"] else ""
            for key, (_, form) in columns.items()
        )
        yield (
            f"| {dataset} | {line['seed']} | {line['steps']:,} | {minutes(line['seconds'])} "
            f"| {line['device']}, {line['precision']} | {' | '.join(numbers)} |"
        )
    yield "\n</div>\n"
    yield from _protocol(recipe, lines, mixture)


def _protocol(recipe: Recipe, lines: Sequence[dict[str, Any]], mixture: bool) -> Iterator[str]:
    fakes = lines[0]["fakes"]
    torch = ", ".join(sorted({line["torch"] for line in lines}))
    generator = "averaged generator" if recipe.ema else "generator, without an average of weights"
    how = f"{fakes:,} samples of the {generator}"
    if OF_TRANSLATIONS & lines[0]["quality"].keys():
        how = f"{fakes:,} images of the test split, each translated once"
    elif mixture:
        how += ", by PacGAN's protocol ([the mixtures](../results.md#mixtures-of-gaussians))"
    elif "stacked_modes" in lines[0]["quality"]:
        how += (
            f" with ganzoo's classifier of stacked digits ({_classifiers(lines)}); the numbers of "
            "modes and KL of 26,000 other samples by "
            "[stacked-modes](../metric/stacked-modes.md). [Mode collapse](../modes.md) has the "
            "numbers of further samples"
        )
    elif "classifier" in lines[0]["quality"]:
        how += (
            " against the 10,000 digits of the test split, with the features of ganzoo's "
            f"classifier of MNIST ({_classifiers(lines)}; [the measures](../results.md#digits))"
        )
    yield (
        f"Protocol: {how}. torch {torch}. The times are those of a machine with other trainings.\n"
    )
    changed = {key: value for line in lines for key, value in line.get("changed", {}).items()}
    if changed:
        pairs = ", ".join(f"`--set {key}={value}`" for key, value in changed.items())
        yield f"These runs were trained with {pairs}.\n"


def _classifiers(lines: Sequence[dict[str, Any]]) -> str:
    """The classifiers that measured the runs, each with the seeds that it measured."""
    seeds: dict[tuple[str, float], list[str]] = {}
    for line in lines:
        classifier = line["quality"]["classifier"]
        key = classifier["fingerprint"], classifier["test_accuracy"]
        seeds.setdefault(key, []).append(str(line["seed"]))
    return "; ".join(
        f"fingerprint `{fingerprint}`, test accuracy {accuracy:.1%}"
        + (f", for seed {' and '.join(of)}" if len(seeds) > 1 else "")
        for (fingerprint, accuracy), of in seeds.items()
    )


def mean_of(recipe: Recipe, key: str) -> float | None:
    """The mean of a number over the seeds that have it."""
    qualities = [line["quality"] for line in own_runs(recipe)]
    values = [quality[key] for quality in qualities if key in quality]
    return statistics.mean(values) if values else None


def seconds_of(recipe: Recipe) -> float | None:
    """The mean time of the recipe's runs on a CPU."""
    times = [line["seconds"] for line in own_runs(recipe) if line["device"] == "cpu"]
    return statistics.mean(times) if times else None
