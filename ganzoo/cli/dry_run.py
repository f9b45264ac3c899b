"""The output of ``ganzoo train --dry-run``."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import click

from ganzoo.cli.console import opening
from ganzoo.recipe import bare
from ganzoo.run.scalars import steps_per_second
from ganzoo.training.forecast import Estimate

UNITS = ("bytes", "kB", "MB", "GB", "TB")


def show(estimate: Estimate, as_json: bool) -> None:
    """Print an estimate."""
    if as_json:
        click.echo(json.dumps(_plain(estimate)))
        return
    click.echo(opening(estimate.config))
    for line in _lines(estimate):
        click.echo(line)


def _plain(estimate: Estimate) -> dict[str, object]:
    memory = {part: getattr(estimate, part) for part in ("weights", "activations", "data")}
    return {
        "recipe": estimate.config["recipe"],
        "dataset": estimate.config["dataset"],
        "device": estimate.config["device"],
        "networks": dict(estimate.networks),
        "memory": {"total": estimate.memory, **memory},
        "steps": estimate.steps,
        "measured_steps": estimate.measured,
        "steps_per_s": 1 / estimate.seconds_per_step,
        "seconds": estimate.seconds,
    }


def _lines(estimate: Estimate) -> Iterator[str]:
    yield "Networks:"
    for role, count in estimate.networks.items():
        yield f"  {role}{_component(estimate, role)}: {count:,} weights"
    yield f"Memory: about {size(estimate.memory)}, an estimate, without torch's own memory:"
    yield f"  {size(estimate.weights)} for weights, their gradients, averages and optimizers"
    yield f"  {size(estimate.activations)} for the intermediate results of an update"
    yield f"  {size(estimate.data)} for the data"
    yield (
        f"Speed: {steps_per_second(1 / estimate.seconds_per_step)} steps/s, the mean of "
        f"{estimate.measured} step{'s' * (estimate.measured > 1)}"
    )
    yield (
        f"Time: about {timedelta(seconds=round(estimate.seconds))} for {estimate.steps:,} steps, "
        "without pictures and checkpoints"
    )
    yield "This was a dry run: no run was written."


def _component(estimate: Estimate, role: str) -> str:
    """The name of a network's component in brackets, if the recipe names it."""
    recipe = estimate.config["recipe"]
    part = recipe["networks"].get(role) or recipe.get(role)
    return f" ({bare(part['name'])})" if part else ""


def size(count: float) -> str:
    """A number of bytes as text, with at most three digits before the point."""
    for unit in UNITS[:-1]:
        if count < 999.5:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} {UNITS[-1]}"
