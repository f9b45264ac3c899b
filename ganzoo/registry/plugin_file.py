"""One-file plugins: a ``.py`` file that is named, not installed."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType

from ganzoo.errors import GanzooError, UsageError
from ganzoo.registry.decorator import forget

PREFIX = "ganzoo_file_"


def name_of(path: Path) -> str:
    """The plugin's name: that of the file, in lower-case words joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "file"


def digest(path: Path) -> str:
    """The SHA-256 of the file. Raises UsageError where there is none."""
    if not path.is_file():
        raise UsageError(f"There is no plugin file {path}; --plugin takes a .py file's path.")
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise GanzooError(f"The plugin file {path} cannot be read: {error.strerror}.") from None


def import_file(path: Path) -> ModuleType:
    """Run the file as a module of its own."""
    name = PREFIX + name_of(path).replace("-", "_")
    forget(name)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file; its name should end in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # so that its classes can find their own annotations
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
