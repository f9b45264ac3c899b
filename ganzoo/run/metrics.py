"""What a run logged, as it lies in metrics.jsonl."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

from ganzoo.errors import GanzooError


def read(path: Path) -> list[dict[str, float]]:
    """The numbers of each line, oldest first; none where there is no file. Warns of lines that are
    damaged, which are left out; a last line that is being written is none of them.

    Raises GanzooError where the file cannot be read."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise GanzooError(f"{path} cannot be read: {error.strerror}.") from None
    found, damaged = [], []
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        scalars = _scalars(line)
        if "step" in scalars and math.isfinite(scalars["step"]):
            found.append(scalars)
        elif line.endswith("\n"):
            damaged.append(str(number))
    if damaged:
        what, are = ("Line", "is") if len(damaged) == 1 else ("Lines", "are")
        shown = ", ".join(damaged[:5]) + (", ..." if len(damaged) > 5 else "")
        warnings.warn(f"{what} {shown} of {path} {are} damaged and left out.", stacklevel=3)
    return found


def _scalars(line: str) -> dict[str, float]:
    try:
        plain = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(plain, dict):
        return {}
    return {k: v for k, v in plain.items() if type(v) in (int, float)}
