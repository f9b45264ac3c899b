"""Reads metrics.jsonl, the scalars that a run logged."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

from ganzoo.errors import GanzooError

END = 65_536  # bytes at the end of the file, in which the last line is looked for


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
        if _whole(scalars):
            entries.append(scalars)
        elif line.endswith("\n"):
            damaged.append(str(number))
    if damaged:
        noun, verb = ("Line", "is") if len(damaged) == 1 else ("Lines", "are")
        shown = ", ".join(damaged[:5]) + (", ..." if len(damaged) > 5 else "")
        warnings.warn(f"{noun} {shown} of {path} {verb} damaged and left out.", stacklevel=3)
    return entries


def last(path: Path) -> dict[str, float]:
    """The numbers of the last whole line; empty if there is none. Reads only the end of the file.

    Raises GanzooError if the file cannot be read."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - END))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise GanzooError(f"{path} cannot be read: {error.strerror}.") from None
    for line in reversed(text.splitlines()):
        if _whole(scalars := _scalars(line)):
            return scalars
    return {}


def _whole(scalars: dict[str, float]) -> bool:
    return "step" in scalars and math.isfinite(scalars["step"])


def _scalars(line: str) -> dict[str, float]:
    try:
        plain = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(plain, dict):
        return {}
    return {k: v for k, v in plain.items() if type(v) in (int, float)}
