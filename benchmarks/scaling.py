"""How the time of a step grows: with the batch, the networks' width, the images' side, and the
number of samples in the dataset."""

from __future__ import annotations

import dataclasses
from typing import Any

from benchmarks.compare import engine
from benchmarks.measure import take_turns
from benchmarks.subjects import Subject, mlp, subjects
from ganzoo import Engine
from ganzoo.training.throughput import operations

BATCHES = (16, 64, 256)
WIDTHS = (32, 64, 128, 256)  # of the perceptrons; their operations grow with the square
SIDES = (16, 32, 64)
SAMPLES = (1_000, 10_000, 100_000)


def scaling(*, device: str, turns: int, seconds: float, clock: str) -> list[dict[str, Any]]:
    """One line for each value of each axis, as in speed.json. time: of a step, 1 at the axis's
    first value. operations: of its products and convolutions, likewise."""
    lines = []
    for axis, engines in axes(device).items():
        loops = {str(value): one.advance for value, one in engines.items()}
        times = take_turns(loops, turns=turns, seconds=seconds, clock=clock, device=device)
        first = next(iter(engines))
        counted = {value: operations(one) for value, one in engines.items()}
        lines += [
            {
                "axis": axis,
                "value": value,
                "ms": round(1000 * times.median(str(value)), 3),
                "time": round(times.ratio(str(value), str(first)), 3),
                "operations": round(counted[value] / counted[first], 3),
            }
            for value in engines
        ]
    return lines


def axes(device: str) -> dict[str, dict[int, Engine]]:
    """The trainings of each axis, by the value on it."""
    perceptrons, dcgan = (one for one in subjects() if one.name in ("mlp", "dcgan-32"))
    return {
        "batch": {
            batch: engine(changed(perceptrons, batch_size=batch), device) for batch in BATCHES
        },
        "width": {
            width: engine(dataclasses.replace(perceptrons, recipe=mlp(width)), device)
            for width in WIDTHS
        },
        "side": {
            side: engine(dataclasses.replace(dcgan, shape=(1, side, side)), device)
            for side in SIDES
        },
        "samples": {samples: engine(perceptrons, device, samples=samples) for samples in SAMPLES},
    }


def changed(subject: Subject, **settings: Any) -> Subject:
    return dataclasses.replace(subject, recipe=subject.recipe.replace(**settings))
