"""The committed files that the generated parts read."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[1]
RACES = DOCS / "races"
SPEED = DOCS.parent / "benchmarks" / "results" / "speed.json"
SPEED_CUDA = SPEED.with_name("speed-cuda.json")


@functools.cache
def read(path: str) -> Any:
    """A JSON file below docs. It is read once for a build."""
    return json.loads((DOCS / path).read_text(encoding="utf-8"))


def results() -> list[dict[str, Any]]:
    """The measured runs of the zoo."""
    lines: list[dict[str, Any]] = read("zoo/results.json")
    return lines


def modes() -> list[dict[str, Any]]:
    """The trainings of the table of mode collapse."""
    lines: list[dict[str, Any]] = read("zoo/modes.json")
    return lines


def races() -> list[dict[str, Any]]:
    """The records of races."""
    return [read(str(path.relative_to(DOCS))) for path in sorted(RACES.glob("*.json"))]
