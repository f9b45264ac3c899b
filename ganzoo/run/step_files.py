"""The files of a run that are named after a step: ``step-000500.png``."""

from __future__ import annotations

from pathlib import Path


def step_name(step: int, suffix: str) -> str:
    return f"step-{step:06d}{suffix}"


def step_files(folder: Path, suffix: str) -> dict[int, Path]:
    """The files ``step-N`` with that suffix in a folder, by step, in the order of their steps."""
    digits = {path: path.stem.removeprefix("step-") for path in folder.glob(f"step-*{suffix}")}
    found = {int(number): path for path, number in digits.items() if number.isdecimal()}
    return dict(sorted(found.items()))
