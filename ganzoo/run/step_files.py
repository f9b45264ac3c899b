"""Files that are named after a step of the run: ``step-000500.png``."""

from __future__ import annotations

from pathlib import Path


def step_name(step: int, suffix: str) -> str:
    return f"step-{step:06d}{suffix}"


def step_files(folder: Path, suffix: str) -> dict[int, Path]:
    """The files ``step-N`` with the given suffix in a folder, by step, in the order of steps."""
    digits = {path: path.stem.removeprefix("step-") for path in folder.glob(f"step-*{suffix}")}
    files = {int(number): path for path, number in digits.items() if number.isdecimal()}
    return dict(sorted(files.items()))
