"""What a new plugin may be called."""

from __future__ import annotations

import importlib.util
import keyword
import re
import sys

from ganzoo.errors import UsageError
from ganzoo.registry import Registry

LONGEST = 40
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TAKEN = ("tests", "src")  # folders of the new plugin itself


def package_of(name: str) -> str:
    """The package of a plugin of that name."""
    return name.replace("-", "_")


def check_name(name: str, registry: Registry) -> None:
    """Raises UsageError, which says what to do, for a name that could not be used beside what is
    installed: no two plugins, components or packages may share one."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        raise UsageError(
            f"{name!r} cannot be a plugin's name. Use lower-case words joined by hyphens, at most "
            f"{LONGEST} characters, beginning with a letter, such as {_mended(name)!r}."
        )
    package = package_of(name)
    clash = _clash(name, package, registry)
    if clash:
        raise UsageError(f"{name!r} is taken: {clash}. Choose another, such as 'my-{name}'.")


def _clash(name: str, package: str, registry: Registry) -> str:
    if keyword.iskeyword(package):
        return "it is a word of the Python language"
    if package in sys.stdlib_module_names:
        return "it is a module of Python's standard library"
    for plugin in registry.plugins:
        if name in (plugin.name, plugin.distribution):
            return "a plugin of that name is installed"
    for entry in registry.entries():
        if entry.name == name:
            return f"plugin {entry.plugin!r} has a {entry.kind} of that name"
    if package in _TAKEN:
        return "the plugin itself has a folder of that name"
    if _installed(package):
        return f"a package {package!r} is installed"
    return ""


def _installed(package: str) -> bool:
    try:
        spec = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    return spec is not None and spec.origin is not None  # a bare folder is no package


def _mended(name: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", re.sub(r"([a-z])([A-Z])", r"\1-\2", name).lower())
    mended = words.lstrip("0123456789-")[:LONGEST].strip("-")
    return mended if _NAME.fullmatch(mended) else "my-loss"
