"""The measured runs of the zoo, and the means of a sweep, as tables."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from gen import files
from gen.tables import head, mean, minutes, time_of, with_error
from gen.zoo.catalogue import link, registry


def results(kind: str) -> Iterator[str]:
    """The results in docs/zoo/results.json for ``images`` or for ``mixtures``."""
    datasets = {"images": ("mnist",), "mixtures": ("ring-8", "grid-25")}[kind]
    lines = [line for line in files.results() if line["dataset"] in datasets]
    yield '<div class="zoo-figures" markdown="1">\n'
    yield from {"images": _image_table, "mixtures": _mixture_table}[kind](lines)
    yield "\n</div>\n"


def sweep() -> Iterator[str]:
    """The means of docs/zoo/sweep.json over the seeds."""
    lines = files.read("zoo/sweep.json")
    means = lines[0]["means"]
    heads = (f"{name} {'↓' if mean['lower_is_better'] else '↑'}" for name, mean in means.items())
    yield head("loss", "prior", *heads)
    for line in lines:
        cells = (with_error(mean["value"], mean["stderr"]) for mean in line["means"].values())
        names = (link(registry().get(kind, line[kind]), "") for kind in ("loss", "prior"))
        yield f"| {' | '.join((*names, *cells))} |"
    yield ""


def _image_table(lines: list[dict[str, Any]]) -> Iterator[str]:
    """A row for each recipe: ``fd`` of each seed, and the means of all other numbers."""
    columns = {"precision": ".2f", "recall": ".2f", "confidence": ".3f", "classes": ".2f"}
    yield head("recipe", "steps", "time of one", "trained on", "fd", *columns, "labels")
    for name, group in groupby(lines, _changed):
        runs = list(group)
        first, quality = runs[0], [run["quality"] for run in runs]
        timed, seconds = time_of(runs)
        devices = dict.fromkeys(f"{run['device']}, {run['precision']}" for run in runs)
        fd = ", ".join(f"{found['fd']:.2f}" for found in quality if "fd" in found)
        means = (_plain_mean(quality, key, form) for key, form in columns.items())
        yield (
            f"| {name} | {first['steps']:,} | {minutes(seconds)}, {timed} "
            f"| {'; '.join(devices)} | {fd} | {' | '.join(means)} "
            f"| {_plain_mean(quality, 'label_accuracy', '.1%')} |"
        )


def _changed(line: dict[str, Any]) -> str:
    """The name of a recipe, with its settings that are not the registered ones."""
    changed = (f", {key} {value}" for key, value in line.get("changed", {}).items())
    return _recipe(line) + "".join(changed)


def _recipe(line: dict[str, Any]) -> str:
    """The recipe of a run, as a link from a page of the zoo."""
    return link(registry().get("recipe", line["recipe"]), "")


def _plain_mean(quality: list[dict[str, Any]], key: str, form: str) -> str:
    """The mean over the runs that have the number; empty if none has it."""
    values = [found[key] for found in quality if key in found]
    return format(statistics.mean(values), form) if values else ""


def _mixture_table(lines: list[dict[str, Any]]) -> Iterator[str]:
    yield head("recipe", "dataset", "seeds", "steps", "time of one", "modes", "high quality")
    for _, group in groupby(lines, lambda line: (line["dataset"], line["recipe"])):
        runs = list(group)
        modes = mean([run["quality"]["modes"] for run in runs])
        good = mean([100 * run["quality"]["high_quality"] for run in runs])
        device, seconds = time_of(runs)
        yield (
            f"| {_recipe(runs[0])} | {runs[0]['dataset']} | {len(runs)} | {runs[0]['steps']:,} "
            f"| {minutes(seconds)}, {device} | {modes} | {good} % |"
        )
