"""Which device a run is to use, and in which precision."""

from __future__ import annotations

from typing import get_args

import torch

from ganzoo.errors import UsageError, near
from ganzoo.recipe import Precision

DEVICES = ("auto", "cpu", "cuda", "mps")


def choose_device(name: str) -> str:
    """``auto`` is the fastest kind there is. Raises UsageError for a device that is not here."""
    here = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if name == "auto":
        return next(device for device, available in here.items() if available)
    kind, _, index = name.partition(":")
    if kind not in here:
        raise UsageError(f"There is no device {name!r}. {near(kind, DEVICES)}")
    if not here[kind]:
        raise UsageError(f"This machine has no {kind} that torch can use. Try --device auto.")
    if index and (
        kind != "cuda" or not index.isdecimal() or int(index) >= torch.cuda.device_count()
    ):
        raise UsageError(f"There is no device {name!r} here.")
    return name


def choose_precision(name: str) -> Precision:
    """Raises UsageError for any other name."""
    for known in get_args(Precision):
        if name == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"There is no precision {name!r}. {near(name, get_args(Precision))}")
