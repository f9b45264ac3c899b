"""The curves of a recipe, where committed results have them: the scalars of its trainings, the
Fréchet distances of a race, and the likelihoods of the reproduced GAN paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gen.files import DOCS, races, read
from gen.svg import Line, plot

BLUE, RED, GREEN = "#3b82d6", "#e4572e", "#2f9e6e"  # legible on a light and on a dark page
# The plots of a training: the title, and the scalars with their names.
PLOTS = {
    "Losses": {"loss_d": "D", "loss_g": "G"},
    "Mean probability of being real": {"d_real": "D(x)", "d_fake": "D(G(z))"},
    "Mean score": {"score_real": "D(x)", "score_fake": "D(G(z))"},
}
# The recipes of the rows of the GAN paper's table 1.
LIKELIHOODS = {"goodfellow-2014": {"averaged": "averaged weights", "not_averaged": "weights"}}


def curves(recipe: str) -> Iterator[str]:
    """The plots of a recipe, under their heading; nothing without results."""
    found = [*_logged(recipe), *_raced(recipe), *_likelihood(recipe)]
    if found:
        yield "## Curves\n"
        yield f'<div class="zoo-curves">{"".join(found)}</div>\n'
    trainings = len(_trainings(recipe))
    if trainings > 1:
        yield f"There is a line for each of {trainings} trainings with different seeds.\n"


def _trainings(recipe: str) -> list[dict[str, Any]]:
    """The logged scalars of the recipe's measured trainings."""
    paths = sorted((DOCS / "zoo" / "curves" / recipe).glob("*.json"))
    return [read(str(path.relative_to(DOCS))) for path in paths]


def _logged(recipe: str) -> Iterator[str]:
    trainings = _trainings(recipe)
    for title, scalars in PLOTS.items():
        lines = [
            Line(name, colour, list(zip(training["step"], training[scalar], strict=True)))
            for training in trainings
            for (scalar, name), colour in zip(scalars.items(), (BLUE, RED), strict=True)
            if scalar in training
        ]
        if lines:
            yield plot(title, lines, along="steps")


def _raced(recipe: str) -> Iterator[str]:
    """The Fréchet distance over the seconds of training, a line for each seed of a race."""
    for record in races():
        if record["recipe"]["name"] == recipe:
            lines = [
                Line(
                    f"{len(record['heats'])} seeds",
                    GREEN,
                    [(lap["seconds"], lap["value"]) for lap in heat["laps"]],
                )
                for heat in record["heats"]
            ]
            yield plot(f"Race: {record['metric']}", lines, along="seconds")


def _likelihood(recipe: str) -> Iterator[str]:
    rows = LIKELIHOODS.get(recipe)
    if rows:
        table = read("reproduce/goodfellow-2014.json")["table_1"]
        lines = [
            Line(name, colour, [(point["epoch"], point["parzen"]) for point in table[row]])
            for (row, name), colour in zip(rows.items(), (BLUE, RED), strict=True)
        ]
        yield plot("Parzen log-likelihood in nats", lines, along="epochs")
