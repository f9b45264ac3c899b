"""Where things are written: file and line, as short as they can be told."""

from __future__ import annotations

import inspect
import traceback
from pathlib import Path
from typing import Any

_HERE = str(Path(__file__).parent)


def place_of(target: Any) -> str:
    """Where a class or a function is written, file:line; empty where nobody can tell."""
    try:
        file = inspect.getsourcefile(target)
        return f"{shortened(file)}:{inspect.getsourcelines(target)[1]}" if file else ""
    except (OSError, TypeError):
        return ""


def told(error: BaseException) -> str:
    """An exception in a line, with the innermost place that is neither torch's nor this suite's."""
    text = " ".join(str(error).split())
    if len(text) > 300:
        text = text[:297] + "..."
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if "/torch/" not in Path(frame.filename).as_posix()
        and not frame.filename.startswith((_HERE, "<"))
    ]
    return f"{said} [{shortened(frames[-1].filename)}:{frames[-1].lineno}]" if frames else said


def shortened(file: str) -> str:
    """The file as seen from here."""
    path, here = Path(file), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
