"""The tables of the page on speed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gen.files import SPEED, SPEED_CUDA
from gen.tables import head


def speed(part: str) -> Iterator[str]:
    """A part of benchmarks/results/speed.json: ``machine``, ``compared``, ``scaling``, ``flat``; a
    name such as ``machine-cuda`` is a part of speed-cuda.json."""
    part, _, device = part.partition("-")
    measured = json.loads((SPEED_CUDA if device else SPEED).read_text())
    parts = {
        "machine": _machine,
        "compared": _compared,
        "scaling": _scaling,
        "flat": _flat,
    }
    known = part == "machine" or part in measured
    yield from parts[part](measured) if known else ["This part is not measured yet."]
    yield ""


def _machine(measured: dict[str, Any]) -> Iterator[str]:
    about = measured["machine"]
    versions = ", ".join(f"{name} {version}" for name, version in about["versions"].items())
    clock = {"wall": "wall-clock time", "cpu": "CPU time, since other programs were running"}
    yield (
        f"Measured on {measured['date']}: {about['processor']}, {about['cores']} cores, "
        f"{about['threads']} threads of torch, {about['instructions']}; device {about['device']}; "
        f"Python {about['python']}, {versions}. Medians of {measured['turns']} turns of "
        f"{clock[measured['clock']]}."
    )


def _compared(measured: dict[str, Any]) -> Iterator[str]:
    yield head("training", "loop", "ms a step", "share of the floor", "times the tutorial")
    for each in measured["compared"]:
        for loop, numbers in each["loops"].items():
            times = f"{numbers['of_tutorial']:.2f}" if "of_tutorial" in numbers else ""
            ours = loop if loop in ("floor", "tutorial", "torchgan") else f"ganzoo, {loop}"
            yield (
                f"| {each['subject']} | {ours} | {_ms(numbers['ms'])} | {numbers['of_floor']:.0%} "
                f"| {times} |"
            )


def _ms(time: float) -> str:
    return f"{time:.1f}" if time >= 10 else f"{time:.2f}"


def _scaling(measured: dict[str, Any]) -> Iterator[str]:
    yield head("axis", "value", "ms a step", "time", "operations")
    for line in measured["scaling"]:
        yield (
            f"| {line['axis']} | {line['value']:,} | {_ms(line['ms'])} | {line['time']:.2f} "
            f"| {line['operations']:.2f} |"
        )


def _flat(measured: dict[str, Any]) -> Iterator[str]:
    flat = measured["flat"]
    tenth = flat["steps"] // len(flat["steps_per_s"])
    yield (
        f"{flat['steps']:,} steps of small perceptrons: the speed in each tenth, and the greatest "
        "memory of the process until its end.\n"
    )
    yield head("steps", "steps a second", "greatest memory, MiB")
    pairs = zip(flat["steps_per_s"], flat["peak_mib"], strict=True)
    for number, (speed, memory) in enumerate(pairs, start=1):
        yield f"| {number * tenth:,} | {speed:.0f} | {memory:.1f} |"
