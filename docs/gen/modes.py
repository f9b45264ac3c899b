"""The table of modes: the measured trainings of docs/zoo/modes.json beside published numbers."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from gen import files
from gen.tables import head, minutes, time_of, with_error
from gen.zoo.catalogue import link, registry

# By dataset: the two numbers of the table, each with its factor.
NUMBERS = {
    "ring-8": (("modes", 1), ("high_quality", 100)),
    "grid-25": (("modes", 1), ("high_quality", 100)),
    "stacked-mnist": (("modes", 1), ("kl", 1)),
}
Line = dict[str, Any]


def modes() -> Iterator[str]:
    """A row for each method with the means over the seeds, and a row for each published result."""
    lines = files.modes()
    if not lines:
        yield "Nothing has been measured yet.\n"
        return
    yield head(
        "",
        *("ring-8: modes ↑", "high quality, %"),
        *("grid-25: modes ↑", "high quality, %"),
        *("stacked-mnist: modes ↑", "KL ↓"),
    )
    for row, group in groupby(lines, lambda line: line["row"]):
        runs = list(group)
        cells = [cell for dataset in NUMBERS for cell in _measured(runs, dataset)]
        yield f"| **{row}** | {' | '.join(cells)} |"
        for published in files.read("zoo/modes-published.json"):
            if published["row"] == row:
                cells = [cell for dataset in NUMBERS for cell in _published(published, dataset)]
                yield f"| *{published['source']}* | {' | '.join(cells)} |"
    yield ""


def trainings() -> Iterator[str]:
    """The recipe, the length and the time of each row's trainings."""
    yield head("", "dataset", "recipe", "seeds", "steps", "batch", "average", "time of one")
    lines = files.modes()
    for (row, dataset), group in groupby(lines, lambda line: (line["row"], line["dataset"])):
        runs = list(group)
        first = runs[0]
        changes = "".join(f", `{key}` = {_plain(value)}" for key, value in first["changed"].items())
        recipe = link(registry().get("recipe", first["recipe"]), "")
        device, seconds = time_of(runs)
        yield (
            f"| {row} | {dataset} | {recipe}{changes} | {len(runs)} | {first['steps']:,} "
            f"| {first['batch_size']} | {'yes' if first['averaged'] else 'no'} "
            f"| {minutes(seconds)}, {device} |"
        )
    yield ""


def _measured(runs: list[Line], dataset: str) -> list[str]:
    """The mean and the standard error of both numbers of a dataset; empty if it is not measured."""
    mine = [run for run in runs if run["dataset"] == dataset]
    if not mine:
        return ["", ""]
    return [_mean([factor * run[name] for run in mine]) for name, factor in NUMBERS[dataset]]


def _mean(values: list[float]) -> str:
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return with_error(statistics.mean(values), error) if error else f"{values[0]:.4g}"


def _published(line: Line, dataset: str) -> list[str]:
    found = line.get(dataset)
    if found is None:
        return ["", ""]
    return [
        f"{factor * value:.4g}" for value, (_, factor) in zip(found, NUMBERS[dataset], strict=True)
    ]


def _plain(value: Any) -> str:
    """A changed setting in a cell: a component by its name, with its options."""
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, dict):
        options = (f"{key} {number}" for key, number in value.items() if key != "name")
        return " ".join((value["name"], *options))
    return str(value)
