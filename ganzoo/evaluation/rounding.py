"""Numbers as text."""

from __future__ import annotations

import math


def shown(value: float, stderr: float | None) -> str:
    """A number as text; with a standard error, rounded to two significant digits of the error."""
    if stderr is None:
        return f"{value:.5g}"
    if stderr == 0:
        return f"{value:.5g} ± 0"
    digits = 1 - math.floor(math.log10(stderr))
    if digits > 6:
        return f"{value:.5g} ± {stderr:.1e}"
    return f"{value:.{max(digits, 0)}f} ± {stderr:.{max(digits, 0)}f}"


def arrow(lower_is_better: bool | None) -> str:
    """The better direction of a number; empty for a number without one."""
    return {True: "↓", False: "↑", None: ""}[lower_is_better]
