"""Paths as people write them."""

from __future__ import annotations

from pathlib import Path


def shortened(path: Path) -> Path:
    """The path as seen from the current folder, if it lies inside."""
    try:
        return path.relative_to(Path.cwd())
    except (OSError, ValueError):  # the current folder may be gone
        return path


def expanded(path: str | Path) -> Path:
    """The path with ~ for the home folder: a shell leaves it as it is in ``--out=~/r``."""
    try:
        return Path(path).expanduser()
    except RuntimeError:  # the home folder of somebody who is not there
        return Path(path)
