"""Paths as people write them."""

from __future__ import annotations

from pathlib import Path


def expanded(path: str | Path) -> Path:
    """The path with ~ for the home folder: a shell leaves it as it is in ``--out=~/r``."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # the home folder of somebody who is not there
        return Path(path)
