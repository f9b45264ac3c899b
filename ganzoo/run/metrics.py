"""Reads metrics.jsonl, the scalars that a run logged."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

from ganzoo.errors import GanzooError


def read(path: Path) -> list[dict[str, float]]:
    """The numbers of each line, oldest first; an empty list if there is no file. Warns of damaged
    lines and leaves them out. A last line that is still being written is left out without warning.

    Raises GanzooError if the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GanzooError(f"{path} cannot be read: {error.strerror}.") from None
    entries, damaged = [], []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        scalars = _scalars(line)
        if "step" in scalars and math.isfinite(scalars["step"]):
            entries.append(scalars)
        elif line.endswith("\n"):
            damaged.append(str(number))
    if damaged:
        noun, verb = ("Line", "is") if len(damaged) == 1 else ("Lines", "are")
        shown = ", ".join(damaged[:5]) + (", ..." if len(damaged) > 5 else "")
        warnings.warn(f"{noun} {shown} of {path} {verb} damaged and left out.", stacklevel=3)
    return entries


def _scalars(line: str) -> dict[str, float]:
    try:
        plain = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(plain, dict):
        return {}
    return {k: v for k, v in plain.items() if type(v) in (int, float)}
