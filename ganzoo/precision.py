"""The precision of a training's forward and backward passes."""

from __future__ import annotations

from typing import get_args

from ganzoo.errors import UsageError, near
from ganzoo.recipe import Precision


def choose_precision(name: str) -> Precision:
    """Raises UsageError for any other name."""
    for known in get_args(Precision):
        if name == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"There is no precision {name!r}. {near(name, get_args(Precision))}")
